import { Ajv, type ValidateFunction } from 'ajv';

import type { Answer } from './api-client.mts';
import august from '../fixtures/openapi-2026-08.json';
import october from '../fixtures/openapi-2026-10.json';

interface OpenApi {
	readonly paths: Readonly<
		Record<
			string,
			Readonly<Record<string, { responses: Readonly<Record<string, ResponseDescription>> }>>
		>
	>;
}
interface ResponseDescription {
	readonly content?: { readonly 'application/json': { readonly schema: object } };
}

/** What answers are checked against: the descriptions that Magic Hour has published, without their prose. */
export const DESCRIPTIONS: Readonly<Record<'August' | 'October', OpenApi>> = {
	August: august,
	October: october,
};

/** Statuses that the API is known for, but that a description may leave out: they look like a 400. */
const UNDESCRIBED = ['403', '429', '500'];

// OpenAPI 3.0 has keywords (example) and formats (float) that JSON Schema has not.
const ajv = new Ajv({ strict: false, allErrors: true });
ajv.addFormat('float', { type: 'number', validate: Number.isFinite });
ajv.addFormat('uri', (text) => URL.canParse(text));
ajv.addFormat(
	'date-time',
	(text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text) && !Number.isNaN(Date.parse(text)),
);

const compiled = new Map<object, ValidateFunction>();

/** What is wrong with an answer by one of the descriptions; nothing if it is as described. */
export function problems(
	description: OpenApi,
	method: string,
	path: string,
	{ status, body }: Pick<Answer, 'status' | 'body'>,
): string[] {
	const where = `${method} ${path} ${status}`;
	const responses = description.paths[path]?.[method.toLowerCase()]?.responses;
	if (!responses) return [`${where}: not described`];
	const alike = UNDESCRIBED.includes(String(status)) ? responses['400'] : undefined;
	const response = responses[String(status)] ?? alike;
	if (!response) return [`${where}: the status is not described`];
	const schema = response.content?.['application/json'].schema;
	if (!schema) return body === '' ? [] : [`${where}: a body where none is described`];

	let validate = compiled.get(schema);
	if (!validate) compiled.set(schema, (validate = ajv.compile(schema)));
	if (validate(body)) return [];
	const found = (validate.errors ?? []).map(
		({ instancePath, message }) => `${where}: ${instancePath || 'body'} ${message ?? 'invalid'}`,
	);
	// Which code goes with them is not documented.
	return alike ? found.filter((problem) => !problem.endsWith("required property 'code'")) : found;
}
