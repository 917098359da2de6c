import {
	defaultDurationOf,
	MODELS,
	offerOf,
	resolutionsOf,
	type Model,
	type Offer,
	type Resolution,
} from './catalogue';
import { InvalidInput } from '../lib/errors';
import type { ImageSize } from '../media/imageFormat';
import { KNOWN_MODEL_IDS, modelIdOf } from './modelId';
import { orList, orNumbers, shown } from '../lib/text';

/** What to do with a length that the model does not make. */
export type DurationFallback = 'error' | 'default' | 'nearest';

/** What a person asked for, as it came out of the parameters: nothing in it has been checked. */
export interface Wish {
	readonly model: unknown;
	readonly duration: unknown;
	readonly resolution: unknown;
	readonly audio: boolean;
	readonly endImage: boolean;
	readonly durationNotSupported: DurationFallback;
}

/** A combination that the model makes, as far as the catalogue knows the model. */
export interface Choice {
	readonly offer: Offer;
	/** The models of the offer that make this combination: none when the catalogue does not know the model. */
	readonly makers: readonly Model[];
	readonly seconds: number;
	/** `undefined`: left to Magic Hour (only for models that the catalogue does not know). */
	readonly resolution?: string;
	readonly audio: boolean;
	/** What was changed on the way and should be told. */
	readonly notes: readonly string[];
}

/** Shortest and longest video that the API takes for any model, in seconds. */
const SECONDS = { min: 1, max: 60 };

/**
 * Checks a wish against the catalogue, without any request.
 *
 * A model that the catalogue does not know passes unchecked, apart from the limits that hold for every model.
 * @throws {InvalidInput} naming the field, the value and what would be right
 */
export function choose(wish: Wish): Choice {
	const offer = offerOf(parseModel(wish.model));
	const seconds = requireSeconds(wish.duration);
	const resolution = parseResolution(wish.resolution);
	if (offer.models.length === 0) {
		return {
			offer,
			makers: [],
			seconds: withinLimits(seconds, wish.duration),
			resolution,
			audio: wish.audio,
			notes: [],
		};
	}

	const name = offer.id;
	const atResolution = offer.models.filter((model) =>
		(model.resolutions as readonly string[]).includes(resolution ?? ''),
	);
	if (atResolution.length === 0) {
		const makes = resolutionsOf(offer);
		throw new InvalidInput(
			`Resolution: ${name} makes ${orList(makes)}; ${shown(wish.resolution)} was given`,
			'Choose a resolution that it makes, or another model.',
		);
	}
	const audio = wish.audio || offer.impliesAudio;
	const withAudio = audio ? atResolution.filter((model) => model.audio !== 'none') : atResolution;
	if (withAudio.length === 0) {
		throw new InvalidInput(
			`Audio: ${name} makes videos without sound only; turn Audio off or choose another model`,
			`Models with sound: ${orList(MODELS.filter((model) => model.audio !== 'none').map((model) => model.id))}.`,
		);
	}
	const takers = wish.endImage
		? takersOfEndImage(name, withAudio, resolution as Resolution)
		: withAudio;
	if (wish.endImage && wish.durationNotSupported === 'error') {
		refuseLongEndImage(name, takers, seconds);
	}

	const makes = (model: Model) => durationsWith(model, wish.endImage);
	const durations = [...new Set(takers.flatMap(makes))].sort((a, b) => a - b);
	const { chosen, notes } = chooseDuration(offer, durations, seconds, wish, resolution as string);
	const makers = takers.filter((model) => makes(model).includes(chosen));
	return { offer, makers, seconds: chosen, resolution, audio, notes };
}

/**
 * Checks that a model takes an image of this shape.
 * @param field the name of the field that the image came from, for the message
 * @throws {InvalidInput} when every model of the choice is limited to other shapes
 */
export function refuseWrongShape(choice: Choice, size: ImageSize, field: string): void {
	const shapes = choice.makers.flatMap((model) => model.aspectRatios ?? []);
	const anyShape = choice.makers.some((model) => model.aspectRatios === undefined);
	if (choice.makers.length === 0 || anyShape || shapes.some((shape) => hasShape(size, shape)))
		return;
	const wanted = orList(shapes.map(([width, height]) => `${width}:${height}`));
	throw new InvalidInput(
		`${field}: ${choice.offer.id} takes images of ${wanted} only; this one is ${size.width} × ${size.height} pixels`,
		`Crop or pad the image, for example to ${exampleSize(size)}, or choose another model.`,
	);
}

/** How far a side ratio may be off, as a fraction: room for sizes rounded to even pixels. */
const SHAPE_TOLERANCE = 0.02;

function hasShape({ width, height }: ImageSize, [w, h]: readonly [number, number]): boolean {
	return Math.abs(width / height / (w / h) - 1) <= SHAPE_TOLERANCE;
}

function exampleSize({ width, height }: ImageSize): string {
	return width >= height ? '1280 × 720' : '720 × 1280';
}

const SECONDS_IN_WORDS = /^\s*(\d+(?:\.\d+)?)[\s-]*(?:s|secs?|seconds?)?\.?\s*$/i;

/** Takes ids and names. @throws {InvalidInput} that lists the ids, on what can be neither */
function parseModel(model: unknown): string {
	const id = typeof model === 'string' ? modelIdOf(model.trim()) : undefined;
	if (id === undefined) {
		throw new InvalidInput(
			`Model: ${shown(model)} was given; choose one from the list, or give a model's ID such as kling-3.0`,
			`Model IDs: ${orList(KNOWN_MODEL_IDS)}.`,
		);
	}
	return id;
}

function requireSeconds(duration: unknown): number {
	const seconds = parseSeconds(duration);
	if (seconds !== undefined) return seconds;
	throw new InvalidInput(
		`Duration: ${shown(duration)} was given; it must be a number of seconds, such as 5`,
	);
}

/** Takes 5, "5", "5.0", "5 s", "5s", "5 sec" and "5 seconds". `undefined`: anything else. */
export function parseSeconds(duration: unknown): number | undefined {
	if (typeof duration === 'number' && Number.isFinite(duration)) return duration;
	const text = typeof duration === 'string' ? SECONDS_IN_WORDS.exec(duration) : null;
	return text === null ? undefined : Number(text[1]);
}

function withinLimits(seconds: number, given: unknown): number {
	if (seconds >= SECONDS.min && seconds <= SECONDS.max) return seconds;
	throw new InvalidInput(
		`Duration: Magic Hour makes videos of ${SECONDS.min} to ${SECONDS.max} seconds; ${shown(given)} was given`,
	);
}

/**
 * Takes "720p", "720P", "720", 720, "4K", 2160, and width by height as in "1280x720". Anything else is returned as text,
 * for a model that is not known, or to be refused with the list of what is right.
 */
export function parseResolution(resolution: unknown): string | undefined {
	if (resolution === undefined || resolution === null || resolution === '') return undefined;
	const given = String(resolution).trim().toLowerCase();
	const sides = /^(\d+)\s*[x×]\s*(\d+)$/.exec(given);
	const text = sides ? String(Math.min(Number(sides[1]), Number(sides[2]))) : given;
	if (text === '2160' || text === '2160p') return '4k';
	return /^\d+$/.test(text) ? `${text}p` : text;
}

function chooseDuration(
	offer: Offer,
	durations: readonly number[],
	seconds: number,
	wish: Wish,
	resolution: string,
): { chosen: number; notes: string[] } {
	if (durations.includes(seconds)) return { chosen: seconds, notes: [] };
	const nearest = nearestTo(seconds, durations);
	if (wish.durationNotSupported === 'error') {
		throw new InvalidInput(
			`Duration: ${offer.id} makes ${orNumbers(durations)} seconds${limitedBy(offer, resolution, wish.endImage)}; ` +
				`${shown(wish.duration)} was given; the nearest is ${nearest}`,
			'Choose a duration that it makes, or add the option "If Duration Is Not Supported" to have the node choose.',
		);
	}
	const preferred = defaultDurationOf(offer);
	const chosen =
		wish.durationNotSupported === 'default' &&
		preferred !== undefined &&
		durations.includes(preferred)
			? preferred
			: nearest;
	return {
		chosen,
		notes: [
			`${offer.id} does not make ${seconds} seconds: ${chosen} were used, as set under "If Duration Is Not Supported".`,
		],
	};
}

/** Says what else the lengths depend on: the resolution for the plan's default, an end image for some models. */
function limitedBy(offer: Offer, resolution: string, endImage: boolean): string {
	const atResolution = offer.models.length > 1 ? ` at ${resolution}` : '';
	return atResolution + (endImage ? ' with an end image' : '');
}

/** The nearest of the numbers; of two that are equally near the smaller, which costs less. */
function nearestTo(wanted: number, ascending: readonly number[]): number {
	return ascending.reduce((best, each) =>
		Math.abs(each - wanted) < Math.abs(best - wanted) ? each : best,
	);
}

function takersOfEndImage(name: string, models: readonly Model[], resolution: Resolution): Model[] {
	const takers = models.filter((model) => model.endImage !== undefined);
	if (takers.length === 0) {
		throw new InvalidInput(
			`End Image: ${name} takes no end image; set End Image From to None or choose another model`,
			`Models with an end image: ${orList(MODELS.filter((model) => model.endImage).map((model) => model.id))}.`,
		);
	}
	const atResolution = takers.filter((model) => resolutionsWith(model, true).includes(resolution));
	if (atResolution.length === 0) {
		const right = takers.flatMap((model) => resolutionsWith(model, true));
		throw new InvalidInput(
			`End Image: ${name} takes an end image at ${orList(right)} only; Resolution is ${resolution}`,
			`Set Resolution to ${orList(right)}, or End Image From to None.`,
		);
	}
	return atResolution;
}

/** The resolutions that a model makes: with an end image there may be fewer. */
export function resolutionsWith(model: Model, endImage: boolean): readonly Resolution[] {
	return (endImage ? model.endImage?.resolutions : undefined) ?? model.resolutions;
}

/** The lengths that a model makes, in seconds: with an end image there may be fewer. */
export function durationsWith(model: Model, endImage: boolean): readonly number[] {
	const longest = endImage ? (model.endImage?.maxSeconds ?? Infinity) : Infinity;
	return model.durations.filter((seconds) => seconds <= longest);
}

/** Says why a length that the model makes is not right with an end image. */
function refuseLongEndImage(name: string, takers: readonly Model[], seconds: number): void {
	const makers = takers.filter((model) => model.durations.includes(seconds));
	const right = makers.flatMap((model) => durationsWith(model, true));
	if (makers.length === 0 || right.includes(seconds)) return;
	const longest = Math.max(...makers.map((model) => model.endImage?.maxSeconds ?? Infinity));
	throw new InvalidInput(
		`End Image: ${name} takes an end image for videos of ${longest} seconds or less; Duration is ${seconds}; ` +
			`with an end image ${orNumbers(right)} would be right`,
	);
}
