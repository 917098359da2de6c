import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { VideoWishes } from '../n8n/example-workflow.mts';
import { UsageError } from '../processes/program.mts';

export interface DemoOptions extends VideoWishes {
	/** Absolute; without it, the sample picture is used. */
	image?: string;
	help: boolean;
}

export const DEMO_USAGE = `Options (after --, as in: npm run demo -- --image cat.png --seconds 10):
  --image PATH        the image to animate (default: a picture that the project draws)
  --model MODEL       for example kling-3.0 (default: default)
  --seconds N         length of the video (default: 5)
  --resolution R      for example 720p (default)
  --prompt TEXT       what should happen
  --audio             with sound, for models that can
  --help
With MAGIC_HOUR_API_KEY set the real Magic Hour API is used, which costs credits.`;

/**
 * @param directory what a relative path is relative to
 * @throws UsageError that says what was wrong and lists the options
 */
export function parseDemoOptions(args: readonly string[], directory: string): DemoOptions {
	const { image, seconds, ...values } = parse(args);
	return {
		...values,
		help: values.help ?? false,
		...(image === undefined ? {} : { image: imagePath(image, directory) }),
		...(seconds === undefined ? {} : { seconds: positiveNumber('--seconds', seconds) }),
	};
}

function parse(args: readonly string[]) {
	try {
		return parseArgs({
			args: [...args],
			options: {
				image: { type: 'string' },
				model: { type: 'string' },
				seconds: { type: 'string' },
				resolution: { type: 'string' },
				prompt: { type: 'string' },
				audio: { type: 'boolean' },
				help: { type: 'boolean', short: 'h' },
			},
		}).values;
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		throw new UsageError(`${error.message}\n\n${DEMO_USAGE}`);
	}
}

function imagePath(path: string, directory: string): string {
	const absolute = resolve(directory, path);
	if (existsSync(absolute) && statSync(absolute).isFile()) return absolute;
	throw new UsageError(`--image: there is no file ${absolute}\n\n${DEMO_USAGE}`);
}

function positiveNumber(option: string, text: string): number {
	const value = Number(text);
	if (Number.isFinite(value) && value > 0) return value;
	throw new UsageError(`${option} must be a number above 0; "${text}" was given\n\n${DEMO_USAGE}`);
}
