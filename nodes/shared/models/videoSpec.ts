import {
	defaultDurationOf,
	durationsOf,
	durationsWith,
	MODELS,
	resolveModel,
	resolutionsOf,
	resolutionsWith,
	type Model,
	type ModelSelection,
	type Resolution,
} from './catalogue';
import { InvalidInputError } from '../lib/errors';
import type { ImageSize } from '../media/imageFormat';
import { KNOWN_MODEL_IDS, modelIdOf } from './modelId';
import { joinOr, joinNumbersOr, formatValue } from '../lib/text';

/** What to do with a length that the model does not make. */
export type DurationFallback = 'error' | 'default' | 'nearest';

/** What a person asked for, as it came out of the parameters: nothing in it has been checked. */
export interface VideoParams {
	readonly model: unknown;
	readonly duration: unknown;
	readonly resolution: unknown;
	readonly audio: boolean;
	readonly endImage: boolean;
	readonly durationNotSupported: DurationFallback;
}

/** A combination that the model makes, as far as the catalogue knows the model. */
export interface VideoSpec {
	readonly selection: ModelSelection;
	/** The models of the selection that make this combination: none when the catalogue does not know the model. */
	readonly candidateModels: readonly Model[];
	readonly seconds: number;
	/** `undefined`: left to Magic Hour (only for models that the catalogue does not know). */
	readonly resolution?: string;
	readonly audio: boolean;
	/** What was changed on the way and should be told. */
	readonly notes: readonly string[];
}

/** Shortest and longest video that the API takes for any model, in seconds. */
const DURATION_LIMITS = { min: 1, max: 60 };

/**
 * Checks a params against the catalogue, without any request.
 *
 * A model that the catalogue does not know passes unchecked, apart from the limits that hold for every model.
 * @throws {InvalidInputError} naming the field, the value and what would be right
 */
export function resolveVideoSpec(params: VideoParams): VideoSpec {
	const selection = resolveModel(parseModel(params.model));
	const seconds = requireSeconds(params.duration);
	const resolution = requireResolution(params.resolution);
	if (selection.models.length === 0) {
		return {
			selection,
			candidateModels: [],
			seconds: withinLimits(seconds, params.duration),
			resolution,
			audio: params.audio,
			notes: [],
		};
	}

	const name = selection.id;
	const atResolution = selection.models.filter((model) =>
		(model.resolutions as readonly string[]).includes(resolution ?? ''),
	);
	if (atResolution.length === 0) {
		const makes = resolutionsOf(selection.models);
		throw new InvalidInputError(
			`Resolution: ${name} makes ${joinOr(makes)}; ${formatValue(params.resolution)} was given`,
			'Choose a resolution that it makes, or another model.',
		);
	}
	const audio = params.audio || selection.impliesAudio;
	const withAudio = audio ? atResolution.filter((model) => model.audio !== 'none') : atResolution;
	if (withAudio.length === 0) {
		throw new InvalidInputError(
			`Audio: ${name} makes videos without sound only; turn Audio off or choose another model`,
			`Models with sound: ${joinOr(MODELS.filter((model) => model.audio !== 'none').map((model) => model.id))}.`,
		);
	}
	const takers = params.endImage
		? takersOfEndImage(name, withAudio, resolution as Resolution)
		: withAudio;
	if (params.endImage && params.durationNotSupported === 'error') {
		refuseLongEndImage(name, takers, seconds);
	}

	const durations = durationsOf(takers, params.endImage);
	const { chosen, notes } = chooseDuration(
		selection,
		durations,
		seconds,
		params,
		resolution as string,
	);
	const candidateModels = takers.filter((model) =>
		durationsWith(model, params.endImage).includes(chosen),
	);
	return { selection, candidateModels, seconds: chosen, resolution, audio, notes };
}

/**
 * Checks that a model takes an image of this shape.
 * @param field the name of the field that the image came from, for the message
 * @throws {InvalidInputError} when every model of the choice is limited to other shapes
 */
export function assertShape(spec: VideoSpec, size: ImageSize, field: string): void {
	const shapes = spec.candidateModels.flatMap((model) => model.imageShapes ?? []);
	const anyShape = spec.candidateModels.some((model) => model.imageShapes === undefined);
	if (
		spec.candidateModels.length === 0 ||
		anyShape ||
		shapes.some((shape) => hasShape(size, shape))
	)
		return;
	const wanted = joinOr(shapes.map(([width, height]) => `${width}:${height}`));
	throw new InvalidInputError(
		`${field}: ${spec.selection.id} takes images of ${wanted} only; this one is ${size.width} × ${size.height} pixels`,
		`Crop or pad the image, for example to ${exampleSize(shapes, size)}, or choose another model.`,
	);
}

/** How far a side ratio may be off, as a fraction: room for sizes rounded to even pixels. */
const SHAPE_TOLERANCE = 0.02;

type Shape = readonly [width: number, height: number];

function hasShape({ width, height }: ImageSize, [w, h]: Shape): boolean {
	return Math.abs(width / height / (w / h) - 1) <= SHAPE_TOLERANCE;
}

/** A size, its shorter side 720 pixels, of the shape that is nearest to the image's. */
function exampleSize(shapes: readonly Shape[], { width, height }: ImageSize): string {
	const distance = ([w, h]: Shape) =>
		Math.max((width * h) / (height * w), (height * w) / (width * h));
	const nearest = shapes.reduce((best, each) => (distance(each) < distance(best) ? each : best));
	return nearest.map((side) => Math.round((720 * side) / Math.min(...nearest))).join(' × ');
}

/** What is behind a full stop is a fraction if it has one or two digits: "1.800" may be 1800. */
const SECONDS_IN_WORDS = /^(\d+(?:\.\d{1,2})?)[\s-]*(?:s|secs?|seconds?)?\.?$/i;

/** What an ID of a model that is not known has to look like. */
const MODEL_ID = /^(?=.*[a-z])[a-z0-9][\w.:/-]{0,99}$/i;
/** What an expression without a value becomes as text. */
const NO_VALUE = /^(undefined|null|nan)$/i;

/** Takes ids and names. @throws {InvalidInputError} that lists the ids, on what can be neither */
function parseModel(model: unknown): string {
	const id = typeof model === 'string' ? modelIdOf(model.trim()) : undefined;
	if (id === undefined || !MODEL_ID.test(id) || NO_VALUE.test(id)) {
		throw new InvalidInputError(
			`Model: ${formatValue(model)} was given; choose one from the list, or give a model's ID such as kling-3.0`,
			`Model IDs: ${joinOr(KNOWN_MODEL_IDS)}.`,
		);
	}
	return id;
}

function requireSeconds(duration: unknown): number {
	const seconds = parseSeconds(duration);
	if (seconds !== undefined) return seconds;
	throw new InvalidInputError(
		`Duration: ${formatValue(duration)} was given; it must be a number of seconds, such as 5`,
	);
}

/** Takes 5, "5", "5.0", "5 s", "5s", "5 sec" and "5 seconds". `undefined`: anything else. */
export function parseSeconds(duration: unknown): number | undefined {
	if (typeof duration === 'number' && Number.isFinite(duration)) return duration;
	const text = typeof duration === 'string' ? SECONDS_IN_WORDS.exec(duration.trim()) : null;
	return text === null ? undefined : Number(text[1]);
}

function withinLimits(seconds: number, given: unknown): number {
	if (seconds >= DURATION_LIMITS.min && seconds <= DURATION_LIMITS.max) return seconds;
	throw new InvalidInputError(
		`Duration: Magic Hour makes videos of ${DURATION_LIMITS.min} to ${DURATION_LIMITS.max} seconds; ${formatValue(given)} was given`,
	);
}

/** What a resolution may be for a model that is not known. */
const RESOLUTION = /^\d{0,5}[a-z0-9]{1,10}$/;

/** @returns `undefined` where there is none. @throws {InvalidInputError} for what can't be one for any model */
function requireResolution(given: unknown): string | undefined {
	if (given === undefined || given === null || given === '') return undefined;
	const resolution = parseResolution(given) ?? '';
	if (RESOLUTION.test(resolution) && !NO_VALUE.test(resolution)) return resolution;
	throw new InvalidInputError(
		`Resolution: ${formatValue(given)} was given; it must be one such as 720p`,
	);
}

/**
 * Takes "720p", "720P", "720", 720, "4K", 2160, and width by height as in "1280x720". Other text is returned as it is,
 * for a model that is not known, or to be refused with the list of what is right. `undefined`: anything else.
 */
export function parseResolution(resolution: unknown): string | undefined {
	if (typeof resolution !== 'string' && typeof resolution !== 'number') return undefined;
	const given = String(resolution).trim().toLowerCase();
	if (given === '') return undefined;
	const sides = /^(\d+)\s*[x×]\s*(\d+)$/.exec(given);
	const text = sides ? String(Math.min(Number(sides[1]), Number(sides[2]))) : given;
	if (text === '2160' || text === '2160p') return '4k';
	return /^\d+$/.test(text) ? `${text}p` : text;
}

function chooseDuration(
	selection: ModelSelection,
	durations: readonly number[],
	seconds: number,
	params: VideoParams,
	resolution: string,
): { chosen: number; notes: string[] } {
	if (durations.includes(seconds)) return { chosen: seconds, notes: [] };
	const nearest = nearestTo(seconds, durations);
	if (params.durationNotSupported === 'error') {
		throw new InvalidInputError(
			`Duration: ${selection.id} makes ${joinNumbersOr(durations)} seconds${limitedBy(selection, resolution, params.endImage)}; ` +
				`${formatValue(params.duration)} was given; the nearest is ${nearest}`,
			'Choose a duration that it makes, or add the option "If Duration Is Not Supported" to have the node choose.',
		);
	}
	const preferred = defaultDurationOf(selection);
	const chosen =
		params.durationNotSupported === 'default' &&
		preferred !== undefined &&
		durations.includes(preferred)
			? preferred
			: nearest;
	return {
		chosen,
		notes: [
			`${selection.id} does not make ${seconds} seconds: ${chosen} were used, as set under "If Duration Is Not Supported".`,
		],
	};
}

/** Says what else the lengths depend on: the resolution for the plan's default, an end image for some models. */
function limitedBy(selection: ModelSelection, resolution: string, endImage: boolean): string {
	const atResolution = selection.models.length > 1 ? ` at ${resolution}` : '';
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
		throw new InvalidInputError(
			`End Image: ${name} takes no end image; set End Image From to None or choose another model`,
			`Models with an end image: ${joinOr(MODELS.filter((model) => model.endImage).map((model) => model.id))}.`,
		);
	}
	const atResolution = takers.filter((model) => resolutionsWith(model, true).includes(resolution));
	if (atResolution.length === 0) {
		const right = resolutionsOf(takers, true);
		throw new InvalidInputError(
			`End Image: ${name} takes an end image at ${joinOr(right)} only; Resolution is ${resolution}`,
			`Set Resolution to ${joinOr(right)}, or End Image From to None.`,
		);
	}
	return atResolution;
}

/** Says why a length that the model makes is not right with an end image. */
function refuseLongEndImage(name: string, takers: readonly Model[], seconds: number): void {
	const candidateModels = takers.filter((model) => model.durations.includes(seconds));
	const right = durationsOf(candidateModels, true);
	if (candidateModels.length === 0 || right.includes(seconds)) return;
	const longest = Math.max(
		...candidateModels.map((model) => model.endImage?.maxSeconds ?? Infinity),
	);
	throw new InvalidInputError(
		`End Image: ${name} takes an end image for videos of ${longest} seconds or less; Duration is ${seconds}; ` +
			`with an end image ${joinNumbersOr(right)} would be right`,
	);
}
