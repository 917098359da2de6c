import { isDeepStrictEqual } from 'node:util';
import { VIDEO_PROJECT_TYPES } from '../../nodes/MagicHourTrigger/events.ts';
import { joinNumbersOr } from '../../nodes/shared/lib/text.ts';
import {
	ASPECT_RATIOS,
	LEGACY_VALUES,
	MODELS,
	PLAN_DEFAULT,
	type CatalogueField,
	type Deviation,
	type Model,
} from '../../nodes/shared/models/catalogue.ts';
import type { ApiCatalogue, ApiEndImage, ApiModel, ApiRequest } from './openapi-catalogue.mts';

/** Something that the package and a description of the API say differently. */
export interface Difference {
	/** The API's value of `model`, or a type of project. */
	readonly subject: string;
	readonly field: CatalogueField | 'projectType';
	/** The only request that differs. */
	readonly request?: 'image-to-video' | 'text-to-video';
	readonly table: string;
	readonly api: string;
	/** The note that says that it is meant. */
	readonly note?: Note;
}

/** Says that a description differs on purpose, and why. */
export interface Note extends Omit<Deviation, 'field'> {
	readonly subject: string;
	readonly field: Difference['field'];
}

export interface Table {
	readonly models: readonly Model[];
	readonly legacyValues: typeof LEGACY_VALUES;
	readonly planDefault: typeof PLAN_DEFAULT;
	readonly projectTypes: readonly string[];
	readonly notes: readonly Note[];
}

const IN_TABLE = 'in the table';
const MISSING_IN_TABLE = 'not in the table';
const IN_API = 'in the API';
const MISSING_IN_API = 'not in the API';
/** The value is taken, and nothing is said about it. */
const WITHOUT_RULES = 'without rules';
const WITH_RULES = 'with rules';
const NO_RULE = 'no rule';

const NEW_PROJECT_TYPES = ['VIDEO_COLOR_GRADER', 'VIDEO_WATERMARK_REMOVER'];

/** @param models those of the table @returns the table of the package, with the notes of its rows */
export function tableOf(models: readonly Model[]): Table {
	return {
		models,
		legacyValues: LEGACY_VALUES,
		planDefault: PLAN_DEFAULT,
		projectTypes: VIDEO_PROJECT_TYPES,
		notes: [
			...[PLAN_DEFAULT, ...models].flatMap(({ id: subject, differsFromApi = [] }) =>
				differsFromApi.map((deviation) => ({ subject, ...deviation })),
			),
			...NEW_PROJECT_TYPES.map((subject) => ({
				subject,
				field: 'projectType' as const,
				api: MISSING_IN_API,
				why: 'new in October',
			})),
		],
	};
}

export const PACKAGE_TABLE = tableOf(MODELS);

/**
 * Lists each difference between the package and a description of the API. Rates are not compared: the description has
 * none.
 *
 * - A row of the table is compared with the model's rules, for each request that makes videos.
 * - `default` has no rules of its own: what it stands for is compared.
 * - Legacy values must be known to the API, and have no rules: one that gets some belongs into the table.
 */
export function compareCatalogue(api: ApiCatalogue, table: Table = PACKAGE_TABLE): Difference[] {
	const { imageToVideo, textToVideo } = api;
	const differences = [
		...compareRequests(
			compareRequest(imageToVideo, table, IMAGE_FIELDS),
			textToVideo && compareRequest(textToVideo, table, TEXT_FIELDS),
		),
		...compareProjectTypes(api.projectTypes, table),
	];
	return differences.map((each) => {
		const note = table.notes.find(
			({ subject, field, api: said }) =>
				subject === each.subject && field === each.field && said === each.api,
		);
		return { ...each, ...(note && { note }) };
	});
}

/** What differs in both requests is one difference. */
function compareRequests(
	inImage: readonly Difference[],
	inText: readonly Difference[] | undefined,
): Difference[] {
	if (inText === undefined) return [...inImage];
	const isIn = (list: readonly Difference[], one: Difference) =>
		list.some((each) => isDeepStrictEqual(each, one));
	return [
		...inImage.map((each) =>
			isIn(inText, each) ? each : { ...each, request: 'image-to-video' as const },
		),
		...inText
			.filter((each) => !isIn(inImage, each))
			.map((each) => ({ ...each, request: 'text-to-video' as const })),
	];
}

/** Notes that no difference from any description needs. @param differences from all of them */
export function staleNotes(
	differences: readonly Difference[],
	{ notes }: Table = PACKAGE_TABLE,
): Note[] {
	const needed = new Set(differences.map(({ note }) => note));
	return notes.filter((note) => !needed.has(note));
}

const COMMON_FIELDS = ['durations', 'resolutions', 'audio'] as const;
const IMAGE_FIELDS: readonly CatalogueField[] = [...COMMON_FIELDS, 'endImage'];
const TEXT_FIELDS: readonly CatalogueField[] = [...COMMON_FIELDS, 'aspectRatios', 'references'];

function compareRequest(
	api: ApiRequest,
	table: Table,
	fields: readonly CatalogueField[],
): Difference[] {
	return [
		...table.models.flatMap((model) => compareModel(model, api, fields)),
		...comparePlanDefault(api, table),
		...table.legacyValues.flatMap(({ id }) => compareLegacyValue(id, api)),
		...newModels(api, table, fields),
	];
}

function compareModel(
	model: Model,
	{ ids, models }: ApiRequest,
	fields: readonly CatalogueField[],
): Difference[] {
	const { id: subject } = model;
	const rules = models.get(subject);
	if (rules === undefined) {
		const api = ids.includes(subject) ? WITHOUT_RULES : MISSING_IN_API;
		return [{ subject, field: 'model', table: WITH_RULES, api }];
	}
	const [row, described] = [textsOfRow(model), textsOfApi(rules)];
	return fields.flatMap((field) =>
		row[field] === described[field]
			? []
			: [{ subject, field, table: row[field], api: described[field] }],
	);
}

type Texts = Readonly<Record<CatalogueField, string>>;

function textsOfRow(model: Model): Texts {
	const { endImage, resolutions, aspectRatios = ASPECT_RATIOS, references } = model;
	return {
		model: IN_API,
		durations: joinNumbersOr(model.durations),
		resolutions: resolutions.join(', '),
		audio: model.audio,
		endImage: endImageText(endImage ? { resolutions, ...endImage } : 'none'),
		aspectRatios: aspectRatiosText(aspectRatios),
		references: references?.join(', ') ?? 'none',
	};
}

function textsOfApi(rules: ApiModel): Texts {
	return {
		model: IN_API,
		durations: rules.durations ? joinNumbersOr(rules.durations) : NO_RULE,
		resolutions: rules.resolutions?.join(', ') ?? NO_RULE,
		audio: rules.audio ?? NO_RULE,
		endImage: rules.endImage === undefined ? NO_RULE : endImageText(rules.endImage),
		aspectRatios: rules.aspectRatios ? aspectRatiosText(rules.aspectRatios) : NO_RULE,
		references: rules.references?.join(', ') ?? 'none',
	};
}

function endImageText(rule: ApiEndImage): string {
	if (rule === 'none') return 'none';
	const limit = rule.maxSeconds === undefined ? '' : `, up to ${rule.maxSeconds} s`;
	return `at ${rule.resolutions.join(', ')}${limit}`;
}

/** The description has them in any order. */
function aspectRatiosText(ratios: readonly string[]): string {
	return [...ratios].sort().reverse().join(', ');
}

function comparePlanDefault(api: ApiRequest, { planDefault }: Table): Difference[] {
	const { id: subject, runsAs } = planDefault;
	const field = 'model' as const;
	const known = api.ids.includes(subject)
		? []
		: [{ subject, field, table: IN_TABLE, api: MISSING_IN_API }];
	const plans = (['paid', 'free'] as const).flatMap((plan) => {
		const [model = 'nothing', described] = [runsAs[plan][0]?.model, api.planDefault[plan]];
		const said = (id: string) => `${id} (${plan} plan)`;
		return model === described
			? []
			: [{ subject, field, table: said(model), api: said(described) }];
	});
	return [...known, ...plans];
}

function compareLegacyValue(subject: string, { ids, models }: ApiRequest): Difference[] {
	const [field, table] = ['model' as const, WITHOUT_RULES];
	if (models.has(subject)) return [{ subject, field, table, api: WITH_RULES }];
	return ids.includes(subject) ? [] : [{ subject, field, table, api: MISSING_IN_API }];
}

function newModels(
	{ ids, models }: ApiRequest,
	table: Table,
	fields: readonly CatalogueField[],
): Difference[] {
	const known = new Set([
		table.planDefault.id,
		...table.models.map(({ id }) => id),
		...table.legacyValues.map(({ id }) => id),
	]);
	return [...new Set([...ids, ...models.keys()])]
		.filter((id) => !known.has(id))
		.map((subject) => {
			const texts = textsOfApi(models.get(subject) ?? {});
			const api = fields.map((field) => `${field}: ${texts[field]}`).join('; ');
			return { subject, field: 'model', table: MISSING_IN_TABLE, api };
		});
}

function compareProjectTypes(described: readonly string[], { projectTypes }: Table): Difference[] {
	const field = 'projectType' as const;
	return [
		...described
			.filter((type) => !projectTypes.includes(type))
			.map((subject) => ({ subject, field, table: MISSING_IN_TABLE, api: IN_API })),
		...projectTypes
			.filter((type) => !described.includes(type))
			.map((subject) => ({ subject, field, table: IN_TABLE, api: MISSING_IN_API })),
	];
}
