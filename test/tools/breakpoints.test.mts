/**
 * Breakpoints set in the sources bind: in tests, and in the package as `npm run dev -- --inspect` compiles it for n8n.
 * `.vscode/launch.json` has both.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Session, type Debugger } from 'node:inspector';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { untilNextPoll } from '../../nodes/shared/api/polling.ts';
import manifest from '../../package.json';
import launch from '../../.vscode/launch.json';
import { addSourceMaps } from '../../tools/n8n/source-maps.mts';
import { PROJECT_DIRECTORY } from '../../tools/pack.mts';

/** Compiling the package takes seconds, and more on a busy machine. */
jest.setTimeout(120_000);

/** Imports nothing, so it runs wherever it is compiled to. */
const MODULE = 'nodes/shared/api/polling';
const SOURCE = join(PROJECT_DIRECTORY, `${MODULE}.ts`);
/** The line, from 1, with the breakpoint: the last one of the function. */
const LINE =
	readFileSync(SOURCE, 'utf8')
		.split('\n')
		.findIndex((line) => line.startsWith('\treturn')) + 1;
/** Later than all that the function does on other lines. */
const ELAPSED_MS = 100_000;

interface Script {
	readonly id: string;
	readonly lines: number;
	readonly map: SourceMap;
}

/** The script's source map, if that is inline and names the source. */
function scriptOf(parsed: Debugger.ScriptParsedEventDataType): Script | undefined {
	const base64 = /^data:application\/json[^,]*;base64,(.*)$/.exec(parsed.sourceMapURL ?? '')?.[1];
	if (base64 === undefined) return undefined;
	const payload = JSON.parse(Buffer.from(base64, 'base64').toString()) as SourceMapPayload;
	const base = payload.sourceRoot || pathToFileURL(parsed.url).href;
	const sources = payload.sources.map((source) => fileURLToPath(new URL(source, base)));
	if (!sources.includes(SOURCE)) return undefined;
	return { id: parsed.scriptId, lines: parsed.endLine, map: new SourceMap(payload) };
}

/** Where a script has what begins on the breakpoint's line. */
function generated({ id, lines, map }: Script): Debugger.Location {
	for (let lineNumber = 0; lineNumber <= lines; lineNumber++) {
		for (let columnNumber = 0; columnNumber < 100; columnNumber++) {
			const entry = map.findEntry(lineNumber, columnNumber);
			if ('originalLine' in entry && entry.originalLine === LINE - 1) {
				return { scriptId: id, lineNumber, columnNumber };
			}
		}
	}
	throw new Error(`No script has line ${LINE} of ${SOURCE}`);
}

/** Does what an editor does with a breakpoint. @returns the lines of the source on which the work was stopped */
function stops(work: () => void): number[] {
	const session = new Session();
	session.connect();
	const scripts = new Map<string, Script>();
	session.on('Debugger.scriptParsed', ({ params }) => {
		const script = scriptOf(params);
		if (script) scripts.set(script.id, script);
	});
	const lines: number[] = [];
	session.on('Debugger.paused', ({ params }) => {
		const { scriptId, lineNumber, columnNumber = 0 } = params.callFrames[0]?.location ?? {};
		const entry = scripts.get(scriptId ?? '')?.map.findEntry(lineNumber ?? 0, columnNumber);
		if (entry && 'originalLine' in entry) lines.push(entry.originalLine + 1);
	});
	session.post('Debugger.enable');
	for (const script of scripts.values()) {
		session.post('Debugger.setBreakpoint', { location: generated(script) });
	}
	work();
	session.disconnect();
	return lines;
}

test('in a test', () => {
	expect(stops(() => untilNextPoll(ELAPSED_MS))).toEqual([LINE]);
});

test('in the package that n8n has loaded', async () => {
	const nodesDirectory = mkdtempSync(join(tmpdir(), 'breakpoints-'));
	try {
		await addSourceMaps(nodesDirectory);
		const installed = join(nodesDirectory, 'node_modules', manifest.name);
		const polling = (await import(join(installed, 'dist', `${MODULE}.js`))) as {
			untilNextPoll: typeof untilNextPoll;
		};
		expect(stops(() => polling.untilNextPoll(ELAPSED_MS))).toEqual([LINE]);
	} finally {
		rmSync(nodesDirectory, { recursive: true });
	}
});

test.each(['test/unit/shared/api/polling.test.mts', 'test/engine/generate.test.mts'])(
	'the open file is what runs: %s',
	async (file) => {
		const [config] = launch.configurations;
		const filled = [config?.program, ...(config?.args ?? [])].map((text) =>
			(text ?? '')
				.replace('${workspaceFolder}', PROJECT_DIRECTORY)
				.replace('${relativeFile}', file),
		);
		const { stdout } = await promisify(execFile)(process.execPath, [...filled, '--listTests'], {
			cwd: PROJECT_DIRECTORY,
		});
		expect(stdout.split('\n').filter(isAbsolute)).toEqual([join(PROJECT_DIRECTORY, file)]);
	},
);
