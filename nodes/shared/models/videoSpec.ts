import {
	defaultDurationOf,
	durationsOf,
	durationsWith,
	MODELS,
	resolveModel,
	resolutionsOf,
	resolutionsWith,
	type Candidate,
	type Model,
	type ModelSelection,
	type Plan,
	type Resolution,
} from './catalogue';
import { InvalidInputError } from '../lib/errors';
import type { ImageSize } from '../media/imageFormat';
import { KNOWN_MODEL_IDS, modelIdOf } from './modelId';
import { joinOr, joinNumbersOr, formatValue, meantText } from '../lib/text';

/**
 * What to do with what the model is not known to make.
 *
 * `nearest` and `default` change settings: the length, the resolution, and sound, which a model that makes none leaves
 * out. An end image is no setting. It is one of the person's own pictures, and a video that ends on something else costs
 * as much: so they choose a resolution and a length that go with it, and where the model takes none, they refuse as
 * `error` does. `send` changes nothing, and leaves the last word to the server.
 */
export type NotSupportedFallback = 'error' | 'default' | 'nearest' | 'send';

/** What a person asked for, as it came out of the parameters: nothing in it has been checked. */
export interface VideoParams {
	readonly model: unknown;
	readonly duration: unknown;
	readonly resolution: unknown;
	readonly audio: boolean;
	readonly endImage: boolean;
	readonly ifNotSupported: NotSupportedFallback;
}

/** A combination that the model makes, as far as the catalogue knows the model. */
export interface VideoSpec {
	readonly selection: ModelSelection;
	/**
	 * The models of the selection that make this combination: none when the catalogue does not know the model, all where
	 * none is known to make it and it is sent anyway.
	 */
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
 * @param plan the account's, where it is known
 * @throws {InvalidInputError} naming the field, the value and what would be right
 */
export function resolveVideoSpec(params: VideoParams, plan?: Plan): VideoSpec {
	const selection = resolveModel(parseModel(params.model), plan);
	const seconds = requireSeconds(params.duration);
	const resolution = requireResolution(params.resolution);
	const audio = params.audio || selection.impliesAudio;
	if (selection.models.length === 0) {
		assertLength(seconds, params);
		return { selection, candidateModels: [], seconds, resolution, audio, notes: [] };
	}

	const wish: Wish = { selection, seconds, resolution, audio, params };
	const problem = problemOf(wish);
	if (problem === undefined) {
		const candidateModels = makersOf(wish, selection.models);
		return { selection, candidateModels, seconds, resolution, audio, notes: [] };
	}
	if (params.ifNotSupported === 'error' || resolution === undefined) throw problem;
	if (params.ifNotSupported !== 'send') return adapt(wish, resolution);
	assertLength(seconds, params);
	const notes = [sentAnyway(problem)];
	return { selection, candidateModels: selection.models, seconds, resolution, audio, notes };
}

/** What to tell of what no model is known to make. */
export function sentAnyway({ message }: InvalidInputError): string {
	return `${message}. It was sent anyway, ${AS_SET}.`;
}

const AS_SET = 'as set under "If Not Supported"';

/** What was asked for, read. */
interface Wish {
	readonly selection: ModelSelection;
	readonly seconds: number;
	readonly resolution?: string;
	readonly audio: boolean;
	readonly params: VideoParams;
}

/** The models that make all of it. */
function makersOf(
	{ seconds, resolution, audio, params: { endImage } }: Wish,
	models: readonly Candidate[],
): Candidate[] {
	return models
		.filter((model) => (audio ? model.audio !== 'none' : true))
		.filter((model) => (endImage ? model.endImage !== undefined : true))
		.filter((model) => makesResolution(model, resolution, endImage))
		.filter((model) => durationsWith(model, endImage).includes(seconds));
}

/** Why no model makes it: the first of what is not right. */
function problemOf({
	selection,
	seconds,
	resolution,
	audio,
	params,
}: Wish): InvalidInputError | undefined {
	const { id, models } = selection;
	const { endImage } = params;
	const atResolution = models.filter((model) => makesResolution(model, resolution, false));
	if (atResolution.length === 0) {
		return new InvalidInputError(
			`Resolution: ${id} makes ${joinOr(resolutionsOf(models))}; ${formatValue(params.resolution)} was given`,
			`Choose a resolution that it makes, or another model. ${OR_SEND}`,
		);
	}
	const withAudio = audio ? atResolution.filter((model) => model.audio !== 'none') : atResolution;
	if (withAudio.length === 0) return noAudio(id);
	const takers = endImage ? withAudio.filter((model) => model.endImage) : withAudio;
	if (takers.length === 0) return noEndImage(id);
	const makers = takers.filter((model) => makesResolution(model, resolution, endImage));
	if (makers.length === 0) {
		const right = resolutionsOf(takers, true);
		return new InvalidInputError(
			`End Image: ${id} takes an end image at ${joinOr(right)} only; Resolution is ${resolution}`,
			`Set Resolution to ${joinOr(right)}, or End Image From to None. ${OR_SEND}`,
		);
	}
	const durations = durationsOf(makers, endImage);
	if (durations.includes(seconds)) return undefined;
	const tooLong = endImage ? tooLongForEndImage(id, makers, seconds) : undefined;
	return (
		tooLong ??
		new InvalidInputError(
			`Duration: ${id} makes ${joinNumbersOr(durations)} seconds${limitedBy(selection, resolution, endImage)}; ` +
				`${formatValue(params.duration)} was given; the nearest is ${nearestTo(seconds, durations)}`,
			'Choose a duration that it makes, or add the option "If Not Supported" to have the node choose, or send it anyway.',
		)
	);
}

export const OR_SEND =
	'Should Magic Hour take it by now, set the option "If Not Supported" to Send Anyway.';

/** Changes what the model does not make, as `nearest` and `default` do. @throws {InvalidInputError} */
function adapt(wish: Wish, resolution: string): VideoSpec {
	const { selection, seconds, audio, params } = wish;
	const { id, models } = selection;
	const { endImage } = params;
	const toDefault = params.ifNotSupported === 'default';
	const notes: string[] = [];

	const takers = endImage ? models.filter((model) => model.endImage) : models;
	if (takers.length === 0) throw noEndImage(id);
	const withAudio = audio ? takers.filter((model) => model.audio !== 'none') : takers;
	const silent = withAudio.length === 0;
	if (silent) notes.push(`${id} makes no sound: the video is without, ${AS_SET}.`);

	const able = silent ? takers : withAudio;
	const resolutions = resolutionsOf(able, endImage);
	const pixels = pixelsOf(resolution);
	// What no resolution is like is no resolution.
	if (pixels === undefined) throw problemOf(wish) as InvalidInputError;
	const known = resolutions.find((each) => each === resolution);
	const chosen = known ?? nearestResolution(toDefault ? DEFAULT_PIXELS : pixels, resolutions);
	if (known === undefined) {
		const beside = endImage ? ' with an end image' : '';
		notes.push(`${id} does not make ${resolution}${beside}: ${chosen} was used, ${AS_SET}.`);
	}

	const makers = able.filter((model) => makesResolution(model, chosen, endImage));
	const durations = durationsOf(makers, endImage);
	const usual = defaultDurationOf(selection);
	const length = durations.includes(seconds)
		? seconds
		: toDefault && usual !== undefined && durations.includes(usual)
			? usual
			: nearestTo(seconds, durations);
	if (length !== seconds) {
		notes.push(`${id} does not make ${seconds} seconds: ${length} were used, ${AS_SET}.`);
	}
	return {
		selection,
		candidateModels: makers.filter((model) => durationsWith(model, endImage).includes(length)),
		seconds: length,
		resolution: chosen,
		audio: audio && !silent,
		notes,
	};
}

function makesResolution(
	model: Candidate,
	resolution: string | undefined,
	endImage: boolean,
): boolean {
	return (resolutionsWith(model, endImage) as readonly string[]).includes(resolution ?? '');
}

/** The shorter side of what is used where there is a choice: Magic Hour's own default on paid plans. */
const DEFAULT_PIXELS = 720;

/** The shorter side of "720p" or "4k", in pixels. `undefined`: not said. */
function pixelsOf(resolution: string): number | undefined {
	const [, size, unit] = /^(\d+)([pk])$/.exec(resolution) ?? [];
	return size === undefined ? undefined : Number(size) * (unit === 'k' ? 540 : 1);
}

function nearestResolution(pixels: number, resolutions: readonly Resolution[]): Resolution {
	const sizes = resolutions.map((each) => pixelsOf(each) as number);
	return resolutions[sizes.indexOf(nearestTo(pixels, sizes))] as Resolution;
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
const SECONDS_IN_WORDS = /^(\d+(?:\.\d{1,2})?)(?:[\s-]*(?:s|secs?|seconds?))?\.?$/i;

/** What an ID of a model that is not known has to look like. */
const MODEL_ID = /^(?=.*[a-z])[a-z0-9][\w.:/-]{0,99}$/i;
/** What an expression without a value becomes as text. */
const NO_VALUE = /^(undefined|null|nan)$/i;

/** Takes ids and names. @throws {InvalidInputError} that lists the ids, on what can be neither */
function parseModel(model: unknown): string {
	const id = typeof model === 'string' ? modelIdOf(meantText(model)) : undefined;
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
	const text = typeof duration === 'string' ? SECONDS_IN_WORDS.exec(meantText(duration)) : null;
	return text === null ? undefined : Number(text[1]);
}

/** @throws {InvalidInputError} for a length that the API takes for no model; sent anyway, it may be longer than it took */
function assertLength(seconds: number, { duration, ifNotSupported }: VideoParams): void {
	const { min, max } = DURATION_LIMITS;
	if (ifNotSupported === 'send' ? seconds > 0 : seconds >= min && seconds <= max) return;
	throw new InvalidInputError(
		`Duration: Magic Hour makes videos of ${min} to ${max} seconds; ${formatValue(duration)} was given`,
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
	const given = meantText(String(resolution)).toLowerCase();
	if (given === '') return undefined;
	const sides = /^(\d+)\s*[x×]\s*(\d+)$/.exec(given);
	const text = sides ? String(Math.min(Number(sides[1]), Number(sides[2]))) : given;
	if (text === '2160' || text === '2160p') return '4k';
	return /^\d+$/.test(text) ? `${text}p` : text;
}

/** Says what else the lengths depend on: the resolution for the plan's default, an end image for some models. */
function limitedBy(
	selection: ModelSelection,
	resolution: string | undefined,
	endImage: boolean,
): string {
	const atResolution = selection.models.length > 1 ? ` at ${resolution}` : '';
	return atResolution + (endImage ? ' with an end image' : '');
}

/** The nearest of the numbers; of two that are equally near the smaller, which costs less. */
function nearestTo(wanted: number, ascending: readonly number[]): number {
	// A number can be so large that to it all of them are equally near.
	const near = Math.min(wanted, ascending.at(-1) ?? wanted);
	return ascending.reduce((best, each) =>
		Math.abs(each - near) < Math.abs(best - near) ? each : best,
	);
}

function noAudio(id: string): InvalidInputError {
	return new InvalidInputError(
		`Audio: ${id} makes videos without sound only; turn Audio off or choose another model`,
		`Models with sound: ${idsOf((model) => model.audio !== 'none')}. ${OR_SEND}`,
	);
}

function noEndImage(id: string): InvalidInputError {
	return new InvalidInputError(
		`End Image: ${id} takes no end image; set End Image From to None or choose another model`,
		`Models with an end image: ${idsOf((model) => model.endImage !== undefined)}. ${OR_SEND}`,
	);
}

function idsOf(can: (model: Model) => boolean): string {
	return joinOr(MODELS.filter(can).map(({ id }) => id));
}

/** Says why a length that the model makes is not right with an end image. */
function tooLongForEndImage(
	id: string,
	takers: readonly Model[],
	seconds: number,
): InvalidInputError | undefined {
	const makers = takers.filter((model) => model.durations.includes(seconds));
	if (makers.length === 0) return undefined;
	const longest = Math.max(...makers.map((model) => model.endImage?.maxSeconds ?? Infinity));
	return new InvalidInputError(
		`End Image: ${id} takes an end image for videos of ${longest} seconds or less; Duration is ${seconds}; ` +
			`with an end image ${joinNumbersOr(durationsOf(makers, true))} would be right`,
		OR_SEND,
	);
}
