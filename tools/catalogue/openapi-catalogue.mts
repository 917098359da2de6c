/**
 * Reads what Magic Hour's OpenAPI description says about each model. The rules stand in no schema: they are bullet lists
 * in the `description` texts of the fields of `POST /v1/image-to-video`, one line for each model.
 */

/** What the description says about one model; a part is absent where it says nothing. */
export interface ApiModel {
	/** Seconds, ascending. */
	readonly durations?: readonly number[];
	readonly resolutions?: readonly string[];
	readonly audio?: ApiAudio;
	readonly endImage?: ApiEndImage;
}

type ApiAudio = 'none' | 'included' | 'extra';

/** Where an end image is taken. */
export type ApiEndImage =
	| 'none'
	| { readonly resolutions: readonly string[]; readonly maxSeconds?: number };

export interface ApiCatalogue {
	/** Every value of `model` that the API takes, in its order. */
	readonly ids: readonly string[];
	/** The models that have rules. */
	readonly models: ReadonlyMap<string, ApiModel>;
	/** What the value `default` stands for. */
	readonly planDefault: { readonly paid: string; readonly free: string };
}

/** The description is not one of Magic Hour's API, or says its rules in a way that this reader does not know. */
export class UnreadableDescription extends Error {
	override name = 'UnreadableDescription';
}

const ENDPOINT = '/v1/image-to-video';

/** @param description a parsed OpenAPI document @throws {UnreadableDescription} that says what was looked for */
export function readApiCatalogue(description: unknown): ApiCatalogue {
	const fields = fieldsOf(description);
	const modelField = fieldIn(fields, 'model');
	const { enum: ids, description: aboutModels } = modelField;
	if (!Array.isArray(ids) || !ids.every((id) => typeof id === 'string') || ids.length === 0) {
		throw new UnreadableDescription(`model: has no list of values (enum)`);
	}

	const assets = fieldIn(fields, 'assets').properties;
	const models = new Map<string, ApiModel>();
	const read = <Part extends keyof ApiModel>(
		part: Part,
		field: string,
		among: unknown,
		parse: (rule: string) => ApiModel[Part] | undefined,
	) => {
		for (const [id, rule] of bulletsOf(fieldIn(among, field), field)) {
			const value = parse(rule);
			if (value === undefined) {
				throw new UnreadableDescription(`${field}: can't make sense of "${rule}" (${id})`);
			}
			models.set(id, { ...models.get(id), [part]: value });
		}
	};
	read('durations', 'end_seconds', fields, parseDurations);
	read('resolutions', 'resolution', fields, parseResolutions);
	read('audio', 'audio', fields, parseAudio);
	read('endImage', 'end_image_file_path', assets, parseEndImage);
	return { ids, models, planDefault: parsePlanDefault(aboutModels) };
}

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The fields of the request's body. */
function fieldsOf(description: unknown): Json {
	const way = [
		'paths',
		ENDPOINT,
		'post',
		'requestBody',
		'content',
		'application/json',
		'schema',
		'properties',
	];
	let place = description;
	for (const [index, step] of way.entries()) {
		place = isObject(place) ? place[step] : undefined;
		if (!isObject(place)) {
			throw new UnreadableDescription(
				`This is no OpenAPI description of the Magic Hour API: ${way.slice(0, index + 1).join(' > ')} is missing`,
			);
		}
	}
	return place as Json;
}

function fieldIn(fields: unknown, name: string): Json {
	const field = isObject(fields) ? fields[name] : undefined;
	if (isObject(field)) return field;
	throw new UnreadableDescription(`POST ${ENDPOINT} has no field ${name}`);
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

/** "5, 10" */
function parseDurations(rule: string): number[] | undefined {
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

/** "For paid tiers, defaults to `kling-3.0`. For free tiers, it defaults to `ltx-2.3`." */
function parsePlanDefault(description: unknown): ApiCatalogue['planDefault'] {
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
