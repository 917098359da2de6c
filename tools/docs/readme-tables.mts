import type { INodeProperties, INodeTypeDescription } from 'n8n-workflow';

import { ImageToVideo } from '../../nodes/ImageToVideo/ImageToVideo.node.ts';
import { TextToVideo } from '../../nodes/TextToVideo/TextToVideo.node.ts';
import { MagicHourTrigger } from '../../nodes/MagicHourTrigger/MagicHourTrigger.node.ts';
import {
	ASPECT_RATIOS,
	findModel,
	MODELS,
	PLAN_DEFAULT,
	RESOLUTIONS,
	type EndImageSupport,
	type Model,
	type Plan,
	type Resolution,
} from '../../nodes/shared/models/catalogue.ts';
import { makesAspectRatio, takesReferences } from '../../nodes/shared/models/textToVideo.ts';
import { ERROR_CODES } from '../../nodes/shared/lib/errorCodes.ts';
import { joinOr, joinNumbersOr } from '../../nodes/shared/lib/text.ts';
import { compatTable, readCompatResults } from '../compat/results.mts';
import { fieldsTable, operationsOf, operationsTable } from './field-tables.mts';
import { cell, code, table, withTable } from './markdown-table.mts';

const imageToVideo = new ImageToVideo().description;
const textToVideo = new TextToVideo().description;
const trigger = new MagicHourTrigger().description;

/** The README's tables, made from the nodes' own descriptions and the catalogue that they work with. */
export const TABLES: Readonly<Record<string, () => string>> = {
	operations: () => operationsTable(imageToVideo),
	...Object.fromEntries(
		operationsOf(imageToVideo).map(({ name, value }) => [
			name.toLowerCase().replaceAll(' ', '-'),
			() => fieldsTable(imageToVideo, String(value)),
		]),
	),
	'text-to-video': () => fieldsTable(textToVideo, 'generate', ownFields(textToVideo)),
	trigger: () => fieldsTable(trigger),
	models: modelsTable,
	'text-to-video-models': textModelsTable,
	credits: creditsTable,
	'error-codes': errorCodesTable,
	compatibility: () => compatTable(readCompatResults()),
};

const AUDIO: Readonly<Record<Model['audio'], string>> = {
	none: 'no',
	included: 'yes, free',
	extra: 'yes, extra credits',
};

function modelsTable(): string {
	const planDefault = [
		PLAN_DEFAULT.name,
		code(PLAN_DEFAULT.id),
		`as ${runsAs('paid')} (paid plans) or ${runsAs('free')} (free plan)`,
		'',
		'',
		'',
		PLAN_DEFAULT.bestFor,
	];
	const rows = MODELS.map((model) => [
		model.name + (model.legacy === true ? ' (legacy)' : ''),
		code(model.id),
		joinNumbersOr(model.durations),
		model.resolutions.join(', '),
		AUDIO[model.audio],
		endImage(model.endImage),
		model.bestFor,
	]);
	return table(
		['Model', 'ID', 'Seconds', 'Resolutions', 'Audio', 'End image', 'Best for'],
		[planDefault, ...rows],
	);
}

/** Which fields of a node Image To Video does not have, or describes in other words. */
function ownFields(node: INodeTypeDescription): (field: INodeProperties) => boolean {
	const key = ({ name, description = '' }: INodeProperties) => `${name} ${description}`;
	const shared = new Set(imageToVideo.properties.map(key));
	return (field) => node.properties.includes(field) && !shared.has(key(field));
}

/** What only holds for videos that are made from text, of the models that it is said of. */
function textModelsTable(): string {
	const names = (takes: (model: Model) => boolean) =>
		MODELS.filter(takes)
			.map(({ name }) => name)
			.join(', ');
	return table(
		['', 'Models'],
		[
			['Reference images', names(takesReferences)],
			...ASPECT_RATIOS.map((ratio) => [
				`No ${ratio}`,
				names((model) => !makesAspectRatio(model, ratio)),
			]).filter(([, models]) => models !== ''),
		],
	);
}

/** "Kling 3.0, Seedance 1.5 at 480p": what `default` is on a plan. */
function runsAs(plan: Plan): string {
	return PLAN_DEFAULT.runsAs[plan]
		.map(({ model, resolutions, minSeconds }) => {
			const at = resolutions === undefined ? '' : ` at ${joinOr(resolutions)}`;
			const from = minSeconds === undefined ? '' : ` from ${minSeconds} s`;
			return `${findModel(model)?.name ?? ''}${at}${from}`;
		})
		.join(', ');
}

function endImage(support: EndImageSupport | undefined): string {
	if (support === undefined) return 'no';
	const { resolutions, maxSeconds } = support;
	const limits = [
		...(resolutions === undefined ? [] : [`at ${joinOr(resolutions)} only`]),
		...(maxSeconds === undefined ? [] : [`up to ${maxSeconds} s`]),
	];
	return limits.length === 0 ? 'yes' : limits.join(', ');
}

function creditsTable(): string {
	const rows = MODELS.map((model) => [
		model.name,
		...RESOLUTIONS.map((resolution) => perSecond(model, resolution)),
	]);
	return table(['Model', ...RESOLUTIONS], rows);
}

/** "48 (72 with sound)": credits for a second of video. */
function perSecond({ rate, audioRate, resolutions }: Model, resolution: Resolution): string {
	if (!resolutions.includes(resolution)) return '–';
	const base = rate?.[resolution];
	if (base === undefined) return 'unknown';
	const extra = audioRate?.[resolution];
	return extra === undefined ? String(base) : `${base} (${base + extra} with sound)`;
}

function errorCodesTable(): string {
	const rows = Object.entries(ERROR_CODES).map(([name, { when, fix }]) => [
		code(name),
		cell(when),
		cell(fix),
	]);
	return table(['Code', 'What happened', 'What to do'], rows);
}

/** Puts the tables between their markers. @throws {Error} when a table has none */
export function withTables(markdown: string): string {
	let text = markdown;
	for (const [name, make] of Object.entries(TABLES)) {
		text = withTable(text, name, make());
	}
	return text;
}
