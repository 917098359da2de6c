/**
 * No text from outside may hold n8n up: what reads it takes time in proportion to its length. Every exported function of
 * the package is called with a megabyte of each kind of filling; those that take text as bytes or within an object have a row of their own below. Time is that of the processor, so that a busy machine makes no difference.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { IExecuteFunctions } from 'n8n-workflow';

import { findFile } from '../../nodes/shared/form/binaryFile.ts';
import { NOT_SUPPORTED, TIMEOUT } from '../../nodes/shared/form/fields.ts';
import { evaluateRequest } from '../../nodes/MagicHourTrigger/evaluateRequest.ts';
import { describeContent } from '../../nodes/shared/media/imageFormat.ts';
import { checkReferences } from '../../nodes/shared/models/textToVideo.ts';
import { durationEntries, resolutionEntries } from '../../nodes/shared/models/menuEntries.ts';
import { resolveVideoSpec } from '../../nodes/shared/models/videoSpec.ts';
import { SIMPLIFY } from '../../nodes/shared/n8n/fields.ts';
import {
	addedOptions,
	Parameters,
	parseFlag,
	parseOption,
} from '../../nodes/shared/n8n/parameters.ts';

const ROOT = join(import.meta.dirname, '..', '..');

type Reader = (text: string) => unknown;

/** What a pattern may repeat. */
const FILLINGS = [
	' ',
	'\t\n',
	'0',
	'a',
	'a ',
	'/',
	'a.',
	'- ',
	'-',
	'<',
	'[',
	'https://',
	'\ud83d',
];
/** What stands around it: so much that a pattern begins to fit, and does not fit in the end. */
const AROUND: ReadonlyArray<readonly [string, string]> = [
	['5', '!'],
	['https://a.io/', '!'],
	['', ''],
];
const textsOf = (length: number, around: typeof AROUND) =>
	FILLINGS.flatMap((filling) =>
		around.map(([before, after]) => ({
			what: `${length} characters of ${JSON.stringify([before, filling, after])}`,
			text: before + filling.repeat(length / filling.length) + after,
		})),
	);
/** The shorter ones show what is quadratic before it takes hours. */
const TEXTS = [...textsOf(60_000, AROUND), ...textsOf(1_000_000, AROUND.slice(0, 1))];
/** For many functions. */
const FEWER = [...textsOf(60_000, AROUND.slice(0, 1)), ...textsOf(1_000_000, AROUND.slice(0, 1))];
/** Of the processor, garbage included. What is quadratic takes longer than this for the shortest texts already. */
const maxSeconds = (length: number): number => (length > 300_000 ? 5 : 0.5);

/** @returns the first text that takes too long, or nothing */
function slowText(read: Reader, texts: typeof TEXTS = TEXTS): string | undefined {
	return texts.find(({ text }) => {
		const begun = process.cpuUsage();
		attempt(read, text);
		return process.cpuUsage(begun).user / 1e6 > maxSeconds(text.length);
	})?.what;
}

/** What comes of it does not matter here. */
function attempt(read: Reader, text: string): void {
	try {
		const result = read(text);
		if (result instanceof Promise) result.catch(() => {});
	} catch {
		// Refused.
	}
}

/** Takes a list and a number, and would count to a text for ever. */
const NO_TEXT = ['mapConcurrently'];

/** The exported functions of every module that ships, by name. */
async function exportedFunctions(): Promise<Array<[string, (...args: unknown[]) => unknown]>> {
	const found: Array<[string, (...args: unknown[]) => unknown]> = [];
	for (const folder of ['nodes', 'credentials']) {
		const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
		for (const file of files.filter((name) => name.endsWith('.ts'))) {
			const exported = (await import(join(ROOT, folder, file))) as Record<string, unknown>;
			for (const [name, value] of Object.entries(exported)) {
				if (typeof value !== 'function' || /^class\b/.test(String(value))) continue;
				if (NO_TEXT.includes(name)) continue;
				found.push([`${file}: ${name}`, value as (...args: unknown[]) => unknown]);
			}
		}
	}
	return found;
}

const video = (params: object) =>
	resolveVideoSpec({
		model: 'default',
		duration: 5,
		resolution: '720p',
		audio: false,
		endImage: false,
		ifNotSupported: 'error',
		...params,
	});
const field = { displayName: 'Text', name: 'text', type: 'string' as const, default: '' };
const given = (value: unknown) => new Parameters(() => value);
const n8n = (binary: object, json = {}) =>
	({
		getInputData: () => [{ json, binary }],
		getExecutionCancelSignal: () => undefined,
		helpers: { assertBinaryData: () => undefined },
	}) as unknown as IExecuteFunctions;
const form = { model: 'kling-3.0', duration: 5, resolution: '720p', audio: false, endImage: true };
const request = (text: string, headers = {}) =>
	evaluateRequest(
		{ body: Buffer.from(text), headers },
		{
			choice: { types: ['video.completed'], projectTypes: ['IMAGE_TO_VIDEO'] },
			verify: Object.keys(headers).length > 0,
			toleranceSeconds: 300,
		},
		'secret',
		0,
	);

const READERS: Readonly<Record<string, Reader>> = {
	'resolveVideoSpec: model': (model) => video({ model }),
	'resolveVideoSpec: duration': (duration) => video({ duration }),
	'resolveVideoSpec: resolution': (resolution) => video({ resolution }),
	'resolveVideoSpec: all, of a model that is not known': (text) =>
		video({ model: 'x-1', duration: text, resolution: text }),
	'durationEntries: all': (text) =>
		durationEntries({ ...form, model: text, duration: text, resolution: text }),
	'resolutionEntries: all': (text) =>
		resolutionEntries({ ...form, model: text, duration: text, resolution: text }),
	'a text field': (text) => given(text).text(field),
	'a number field': (text) => given(text).wholeNumber(TIMEOUT),
	'a flag': (text) => parseFlag(text, SIMPLIFY),
	'a choice': (text) => parseOption(text, NOT_SUPPORTED),
	'an option': (text) =>
		addedOptions(given({ [text]: text, timeout: text }), field).wholeNumber(TIMEOUT),
	'the name of a binary field': (text) =>
		findFile(n8n({ data: { data: '' } }), text, 'Field', 'Image', 0),
	'the content of a file': (text) =>
		findFile(n8n({ data: { data: text, fileName: text } }), 'data', 'Field', 'Image', 0),
	'a file by expression': (text) =>
		findFile(n8n({ data: { data: '' } }), { mimeType: text, fileName: text }, 'Field', 'Image', 0),
	'the names in a prompt': (text) => {
		checkReferences(`@b @a${text.replaceAll('!', '')}x`, ['b']);
	},
	'a file that is no image': (text) => describeContent(Buffer.from(text)),
	'the body of an event': (text) => request(text),
	'the type of an event': (text) => request(JSON.stringify({ type: text, payload: {} })),
	'the headers of an event': (text) =>
		request('{}', { 'magic-hour-event-timestamp': text, 'magic-hour-event-signature': text }),
};

jest.setTimeout(120_000);

test.each(Object.entries(READERS))('%s', (_, read) => {
	expect(slowText(read)).toBeUndefined();
});

test('every exported function', async () => {
	const functions = await exportedFunctions();
	expect(functions.length).toBeGreaterThan(80);
	const slow = functions.flatMap(([name, read]) => {
		const text = slowText((each) => read(each, each), FEWER);
		return text === undefined ? [] : [`${name}: ${text}`];
	});
	expect(slow).toEqual([]);
});

test('what is quadratic is found', () => {
	expect(slowText((text) => /^5[\s-]*\s*$/.exec(text))).toContain('["5"," ","!"]');
	expect(slowText((text) => text.replace(/\/+$/, ''))).toContain('"/"');
});
