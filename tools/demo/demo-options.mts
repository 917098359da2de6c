import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { VideoWishes } from '../n8n/example-workflow.mts';
import { UsageError } from '../processes/program.mts';

export interface DemoOptions extends VideoWishes {
	/** Absolute; without it, the sample picture is used. */
	image?: string;
	/** Whether a real n8n runs the workflow, not n8n's engine alone. */
	n8n?: boolean | undefined;
	help: boolean;
}

type Script = 'demo' | 'dev';

interface CommandLine {
	readonly args: readonly string[];
	/** What a relative path is relative to. */
	readonly directory: string;
	readonly env: Readonly<Record<string, string | undefined>>;
}

const OPTIONS = {
	image: { type: 'string' },
	model: { type: 'string' },
	seconds: { type: 'string' },
	resolution: { type: 'string' },
	prompt: { type: 'string' },
	audio: { type: 'boolean' },
	n8n: { type: 'boolean' },
	help: { type: 'boolean', short: 'h' },
} as const;

const N8N_USAGE = `
  --n8n               in a real n8n, which is installed once and takes minutes`;

export const demoUsage = (script: Script): string =>
	`Options (after --, as in: npm run ${script} -- --image cat.png --seconds 10):
  --image PATH        the image to animate (default: a picture that the project draws)
  --model MODEL       for example kling-3.0 (default: default)
  --seconds N         length of the video (default: 5)
  --resolution R      for example 720p (default)
  --prompt TEXT       what should happen
  --audio             with sound, for models that can${script === 'demo' ? N8N_USAGE : ''}
  --help
With MAGIC_HOUR_API_KEY set the real Magic Hour API is used, which costs credits.`;

/** Of this process. npm changes to the project's folder, but a path is meant from where the user is. */
export const commandLine = (): CommandLine => ({
	args: process.argv.slice(2),
	directory: process.env.INIT_CWD ?? process.cwd(),
	env: process.env,
});

/** @throws UsageError that says what was wrong and lists the options */
export function parseDemoOptions(script: Script, line: CommandLine): DemoOptions {
	try {
		return parse(script, line);
	} catch (error) {
		if (!(error instanceof UsageError || isParseArgsError(error))) throw error;
		throw new UsageError(`${error.message}\n\n${demoUsage(script)}`);
	}
}

function parse(script: Script, { args, directory, env }: CommandLine): DemoOptions {
	// npm takes an option in front of the -- for one of its own, and leaves it in the environment.
	const kept = Object.keys(OPTIONS).find((name) => env[`npm_config_${name}`] !== undefined);
	if (kept !== undefined) {
		throw new UsageError(`--${kept} has to stand after --, or npm keeps it to itself`);
	}
	const { image, seconds, ...values } = parseArgs({ args: [...args], options: OPTIONS }).values;
	if (script === 'dev' && values.n8n !== undefined) {
		throw new UsageError('--n8n is for the demo: dev always runs a real n8n');
	}
	return {
		...values,
		help: values.help ?? false,
		...(image === undefined ? {} : { image: imagePath(image, directory) }),
		...(seconds === undefined ? {} : { seconds: positiveNumber('--seconds', seconds) }),
	};
}

const isParseArgsError = (error: unknown): error is Error =>
	String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS_');

function imagePath(path: string, directory: string): string {
	const absolute = resolve(directory, path);
	if (existsSync(absolute) && statSync(absolute).isFile()) return absolute;
	throw new UsageError(`--image: there is no file ${absolute}`);
}

function positiveNumber(option: string, text: string): number {
	const value = Number(text);
	if (Number.isFinite(value) && value > 0) return value;
	throw new UsageError(`${option} must be a number above 0; "${text}" was given`);
}
