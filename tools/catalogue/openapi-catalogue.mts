/**
 * Reads what Magic Hour's OpenAPI description says about each model. The rules stand in no schema: they are bullet lists
 * in the `description` texts of the fields of the create requests, one line for each model. So do the project types.
 */

/** What the description says about one model; a part is absent where it says nothing. */
export interface ApiModel {
	/** Seconds, ascending. */
	readonly durations?: readonly number[];
	readonly resolutions?: readonly string[];
	readonly audio?: ApiAudio;
	/** Of image-to-video. */
	readonly endImage?: ApiEndImage;
	/** Of text-to-video. */
	readonly aspectRatios?: readonly string[];
	/** Of text-to-video; models that take none have no line. */
	readonly references?: readonly string[];
}

type ApiAudio = 'none' | 'included' | 'extra';

/** Where an end image is taken. */
export type ApiEndImage =
	| 'none'
	| { readonly resolutions: readonly string[]; readonly maxSeconds?: number };

/** What one create request says. */
export interface ApiRequest {
	/** Every value of `model` that the API takes, in its order. */
	readonly ids: readonly string[];
	/** The models that have rules. */
	readonly models: ReadonlyMap<string, ApiModel>;
	/** What the value `default` stands for. */
	readonly planDefault: { readonly paid: string; readonly free: string };
}

export interface ApiCatalogue {
	readonly imageToVideo: ApiRequest;
	/** Absent where the description does not have it: that of August is reduced to less. */
	readonly textToVideo?: ApiRequest;
	/** Values of `type` in video projects. */
	readonly projectTypes: readonly string[];
}

/** The description is not one of Magic Hour's API, or says its rules in a way that this reader does not know. */
export class UnreadableDescription extends Error {
	override name = 'UnreadableDescription';
}

const IMAGE_TO_VIDEO = '/v1/image-to-video';
const TEXT_TO_VIDEO = '/v1/text-to-video';

/** Where a create request has its rules: the field, within which other, and how a line is parsed. */
interface RuleField<Part extends keyof ApiModel = keyof ApiModel> {
	readonly part: Part;
	readonly field: string;
	readonly within?: string;
	readonly parse: (rule: string) => ApiModel[Part] | undefined;
}

const COMMON: readonly RuleField[] = [
	{ part: 'durations', field: 'end_seconds', parse: parseDurations },
	{ part: 'resolutions', field: 'resolution', parse: parseResolutions },
	{ part: 'audio', field: 'audio', parse: parseAudio },
];
const RULES: Readonly<Record<string, readonly RuleField[]>> = {
	[IMAGE_TO_VIDEO]: [
		...COMMON,
		{ part: 'endImage', field: 'end_image_file_path', within: 'assets', parse: parseEndImage },
	],
	[TEXT_TO_VIDEO]: [
		...COMMON,
		{ part: 'aspectRatios', field: 'aspect_ratio', parse: parseAspectRatios },
		{ part: 'references', field: 'references', parse: parseReferences },
	],
};

/** @param description a parsed OpenAPI document @throws {UnreadableDescription} that says what was looked for */
export function readApiCatalogue(description: unknown): ApiCatalogue {
	const imageToVideo = readRequest(description, IMAGE_TO_VIDEO);
	const hasText =
		isObject(description) && isObject(description.paths) && TEXT_TO_VIDEO in description.paths;
	return {
		imageToVideo,
		...(hasText && { textToVideo: readRequest(description, TEXT_TO_VIDEO) }),
		projectTypes: readProjectTypes(description),
	};
}

function readRequest(description: unknown, path: string): ApiRequest {
	const fields = place(description, ['paths', path, ...BODY_FIELDS]);
	const fieldIn = (among: unknown, name: string): Json => {
		const field = isObject(among) ? among[name] : undefined;
		if (isObject(field)) return field;
		throw new UnreadableDescription(`POST ${path} has no field ${name}`);
	};
	const { enum: ids, description: aboutModels } = fieldIn(fields, 'model');
	if (!Array.isArray(ids) || !ids.every((id) => typeof id === 'string') || ids.length === 0) {
		throw new UnreadableDescription(`model: has no list of values (enum)`);
	}

	const models = new Map<string, ApiModel>();
	for (const { part, field, within, parse } of RULES[path] ?? []) {
		const among = within === undefined ? fields : fieldIn(fields, within).properties;
		for (const [id, rule] of bulletsOf(fieldIn(among, field), field)) {
			const value = parse(rule);
			if (value === undefined) {
				throw new UnreadableDescription(`${field}: can't make sense of "${rule}" (${id})`);
			}
			models.set(id, { ...models.get(id), [part]: value });
		}
	}
	return { ids, models, planDefault: parsePlanDefault(aboutModels) };
}

const BODY_FIELDS = ['post', 'requestBody', 'content', 'application/json', 'schema', 'properties'];
const PROJECT_TYPE = [
	'paths',
	'/v1/video-projects/{id}',
	'get',
	'responses',
	'200',
	'content',
	'application/json',
	'schema',
	'properties',
	'type',
];

/** "Possible values are ANIMATION, AVATAR, EXTEND" */
function readProjectTypes(description: unknown): string[] {
	const { description: text } = place(description, PROJECT_TYPE);
	const [, list] = /values are ([A-Z_]+(?:, [A-Z_]+)*)/.exec(String(text)) ?? [];
	if (list !== undefined) return list.split(', ');
	throw new UnreadableDescription(`type: its description does not list the types of projects`);
}

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What stands at the end of a way through the document. */
function place(description: unknown, way: readonly string[]): Json {
	let at = description;
	for (const [index, step] of way.entries()) {
		at = isObject(at) ? at[step] : undefined;
		if (!isObject(at)) {
			throw new UnreadableDescription(
				`This is no OpenAPI description of the Magic Hour API: ${way.slice(0, index + 1).join(' > ')} is missing`,
			);
		}
	}
	return at as Json;
}

/** `* **`kling-3.0`**: rule`, as in the published description, or `• kling-3.0: rule`, as in the vendor's pages. */
const BULLET = /^\s*[*•-]\s+(?:\*\*)?`?([\w-]+(?:\.[\w-]+)*)`?(?:\*\*)?\s*:\s*(.+?)\s*$/;

function bulletsOf({ description }: Json, field: string): Map<string, string> {
	const text = typeof description === 'string' ? description : '';
	const bullets = new Map<string, string>();
	for (const line of text.split('\n')) {
		const [, id, rule] = BULLET.exec(line) ?? [];
		if (id === undefined || rule === undefined) continue;
		if (bullets.has(id)) throw new UnreadableDescription(`${field}: has two lines for ${id}`);
		bullets.set(id, rule);
	}
	if (bullets.size > 0) return bullets;
	throw new UnreadableDescription(`${field}: its description has no line for any model`);
}

/** "5, 10"; "any integer from 3 to 15" */
function parseDurations(rule: string): number[] | undefined {
	const [, first, last] = /^any integer from (\d+) to (\d+)\.?$/i.exec(rule) ?? [];
	if (first !== undefined) {
		const length = Number(last) - Number(first) + 1;
		return length > 0 ? Array.from({ length }, (_, index) => Number(first) + index) : undefined;
	}
	if (!/^\d+(\s*,\s*\d+)*\.?$/.test(rule)) return undefined;
	return rule
		.split(',')
		.map((text) => parseInt(text, 10))
		.sort((a, b) => a - b);
}

const SUPPORTS = /^Supports (\d+[pk](?:, \d+[pk])*)\.?/i;

/** "Supports 720p, 1080p." */
function parseResolutions(rule: string): string[] | undefined {
	const [all, list] = SUPPORTS.exec(rule) ?? [];
	return all === rule ? list?.toLowerCase().split(', ') : undefined;
}

const AUDIO: ReadonlyArray<readonly [RegExp, ApiAudio]> = [
	[/^Not supported\.?$/i, 'none'],
	[/^Toggle-able: no additional credits\b/i, 'included'],
	[/^Toggle-able: audio adds extra credits\b/i, 'extra'],
];

function parseAudio(rule: string): ApiAudio | undefined {
	return AUDIO.find(([pattern]) => pattern.test(rule))?.[1];
}

/** "Not supported", "Supports 1080p.", "Supports 720p, 1080p. Requires a duration of 8 seconds or less." */
function parseEndImage(rule: string): ApiEndImage | undefined {
	if (/^Not supported\.?$/i.test(rule)) return 'none';
	const [supports = '', list] = SUPPORTS.exec(rule) ?? [];
	if (list === undefined) return undefined;
	const resolutions = list.toLowerCase().split(', ');
	const condition = rule.slice(supports.length).trim();
	if (condition === '') return { resolutions };
	const [, limit] = /^Requires a duration of (\d+) seconds or less\.?$/i.exec(condition) ?? [];
	return limit === undefined ? undefined : { resolutions, maxSeconds: Number(limit) };
}

/** "Supports 9:16, 16:9." */
function parseAspectRatios(rule: string): string[] | undefined {
	return /^Supports (\d+:\d+(?:, \d+:\d+)*)\.?$/i.exec(rule)?.[1]?.split(', ');
}

const REFERENCES: Readonly<Record<string, string>> = {
	images: 'image',
	videos: 'video',
	audio: 'audio',
};

/** "Supports images, videos, audio." */
function parseReferences(rule: string): string[] | undefined {
	const [, list] = /^Supports ([a-z]+(?:, [a-z]+)*)\.?$/i.exec(rule) ?? [];
	const kinds = list
		?.toLowerCase()
		.split(', ')
		.flatMap((word) => REFERENCES[word] ?? []);
	return kinds?.length === list?.split(', ').length ? kinds : undefined;
}

/** "For paid tiers, defaults to `kling-3.0`. For free tiers, it defaults to `ltx-2.3`." */
function parsePlanDefault(description: unknown): ApiRequest['planDefault'] {
	const text = typeof description === 'string' ? description : '';
	const modelOf = (tier: string) =>
		new RegExp(`${tier} tiers?,? (?:it )?defaults to \`?([\\w-]+(?:\\.[\\w-]+)*)`, 'i').exec(
			text,
		)?.[1];
	const [paid, free] = [modelOf('paid'), modelOf('free')];
	if (paid !== undefined && free !== undefined) return { paid, free };
	throw new UnreadableDescription(
		`model: its description does not say what default stands for on paid and on free tiers`,
	);
}
