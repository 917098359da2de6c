import {
	LEGACY_VALUES,
	MODELS,
	PLAN_DEFAULT,
	type CatalogueField,
	type Model,
} from '../../nodes/shared/models/catalogue.ts';
import type { ApiCatalogue, ApiEndImage, ApiModel } from './openapi-catalogue.mts';

/** Something that the node's catalogue and the API's description say differently, or a note about what they don't. */
export interface Difference {
	/** The API's value of `model`. */
	readonly model: string;
	readonly field: CatalogueField;
	readonly table: string;
	readonly api: string;
	/** Why the table differs on purpose. */
	readonly note?: string;
	/** The note stands in the table, and nothing differs (any more). */
	readonly stale?: true;
}

export interface Table {
	readonly models: readonly Model[];
	readonly legacyValues: typeof LEGACY_VALUES;
	readonly planDefault: { readonly id: string; readonly paid: string; readonly free: string };
}

export const NODE_TABLE: Table = {
	models: MODELS,
	legacyValues: LEGACY_VALUES,
	planDefault: PLAN_DEFAULT,
};

/**
 * Lists each difference between the node's catalogue and the API's description. Rates are not compared: the description
 * has none.
 *
 * - A row of the table is compared with the model's rules; where the API has none, each field differs.
 * - `default` has no rules of its own: what it stands for is compared.
 * - Legacy values must be known to the API, and have no rules: one that gets some belongs into the table.
 */
export function compareCatalogue(api: ApiCatalogue, table: Table = NODE_TABLE): Difference[] {
	return [
		...table.models.flatMap((model) => compareModel(model, api)),
		...comparePlanDefault(api, table),
		...table.legacyValues.flatMap(({ id }) => compareLegacyValue(id, api)),
		...newModels(api, table),
	];
}

/** Whether the difference is to be acted on. */
export function needsAttention({ note, stale }: Difference): boolean {
	return note === undefined || stale === true;
}

const IN_TABLE = 'in the table';
const IN_API = 'in the API';
const MISSING_IN_TABLE = 'not in the table';
const MISSING_IN_API = 'not in the API';
const NO_RULE = 'no rule';

type Texts = Readonly<Record<CatalogueField, string>>;

function compareModel(model: Model, api: ApiCatalogue): Difference[] {
	const [table, described] = [textsOfRow(model), textsOfApi(model.id, api)];
	return (Object.keys(table) as CatalogueField[]).flatMap((field) => {
		const note = model.differsFromApi?.[field];
		const difference = { model: model.id, field, table: table[field], api: described[field], note };
		if (table[field] !== described[field]) return [difference];
		return note === undefined ? [] : [{ ...difference, stale: true as const }];
	});
}

function textsOfRow(model: Model): Texts {
	const { endImage, resolutions } = model;
	return {
		model: IN_API,
		durations: model.durations.join(', '),
		resolutions: resolutions.join(', '),
		audio: model.audio,
		endImage: endImageText(endImage ? { resolutions, ...endImage } : 'none'),
	};
}

function textsOfApi(id: string, { ids, models }: ApiCatalogue): Texts {
	const rules: ApiModel = models.get(id) ?? {};
	return {
		model: ids.includes(id) || models.has(id) ? IN_API : MISSING_IN_API,
		durations: rules.durations?.join(', ') ?? NO_RULE,
		resolutions: rules.resolutions?.join(', ') ?? NO_RULE,
		audio: rules.audio ?? NO_RULE,
		endImage: rules.endImage === undefined ? NO_RULE : endImageText(rules.endImage),
	};
}

function endImageText(rule: ApiEndImage): string {
	if (rule === 'none') return 'none';
	const limit = rule.maxSeconds === undefined ? '' : `, up to ${rule.maxSeconds} s`;
	return `at ${rule.resolutions.join(', ')}${limit}`;
}

function comparePlanDefault(api: ApiCatalogue, { planDefault }: Table): Difference[] {
	const { id } = planDefault;
	const known = api.ids.includes(id)
		? []
		: [{ model: id, field: 'model' as const, table: IN_TABLE, api: MISSING_IN_API }];
	const plans = (['paid', 'free'] as const).flatMap((plan) =>
		planDefault[plan] === api.planDefault[plan]
			? []
			: [
					{
						model: id,
						field: 'model' as const,
						table: `${planDefault[plan]} (${plan} plan)`,
						api: `${api.planDefault[plan]} (${plan} plan)`,
					},
				],
	);
	return [...known, ...plans];
}

function compareLegacyValue(id: string, { ids, models }: ApiCatalogue): Difference[] {
	const field = 'model' as const;
	const table = 'a legacy value without rules';
	if (models.has(id)) return [{ model: id, field, table, api: 'a model with rules' }];
	return ids.includes(id) ? [] : [{ model: id, field, table, api: MISSING_IN_API }];
}

function newModels(api: ApiCatalogue, table: Table): Difference[] {
	const known = new Set([
		table.planDefault.id,
		...table.models.map(({ id }) => id),
		...table.legacyValues.map(({ id }) => id),
	]);
	const all = new Set([...api.ids, ...api.models.keys()]);
	return [...all]
		.filter((id) => !known.has(id))
		.map((id) => {
			const { durations, resolutions, audio, endImage } = textsOfApi(id, api);
			return {
				model: id,
				field: 'model',
				table: MISSING_IN_TABLE,
				api: `durations: ${durations}; resolutions: ${resolutions}; audio: ${audio}; end image: ${endImage}`,
			};
		});
}
