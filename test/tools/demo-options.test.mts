import { basename, dirname } from 'node:path';
import { demoUsage, parseDemoOptions } from '../../tools/demo/demo-options.mts';
import { UsageError } from '../../tools/processes/program.mts';
import { failureOf } from '../support/failure-of.mts';

const DIRECTORY = import.meta.dirname;
const FILE = import.meta.filename;

const parse = (args: readonly string[], { script = 'demo' as 'demo' | 'dev', env = {} } = {}) =>
	parseDemoOptions(script, { args, directory: DIRECTORY, env });

describe('the options of the demo', () => {
	it('are what the user asked for', () => {
		const args = ['--model', 'kling-3.0', '--seconds', '3.5', '--resolution', '1080p'];

		expect(parse([])).toEqual({ help: false });
		expect(parse([...args, '--prompt', 'It rains', '--audio', '--n8n'])).toEqual({
			...{ model: 'kling-3.0', seconds: 3.5, resolution: '1080p', prompt: 'It rains' },
			...{ audio: true, n8n: true, help: false },
		});
	});

	it('find an image from where the user is', () => {
		expect(parse(['--image', basename(FILE)]).image).toBe(FILE);
		expect(parse(['--image', FILE]).image).toBe(FILE);
	});

	it.each([
		[['--colour', 'red'], "Unknown option '--colour'"],
		[['red'], "Unexpected argument 'red'"],
		[['--seconds', 'long'], '--seconds must be a number above 0; "long" was given'],
		[['--seconds', '0'], '--seconds must be a number above 0; "0" was given'],
		[['--image', '/no/such.png'], '--image: there is no file /no/such.png'],
		[['--image', dirname(FILE)], `--image: there is no file ${DIRECTORY}`],
		[['--model'], "Option '--model <value>' argument missing"],
		[['--n8n=2.41.1'], "Option '--n8n' does not take an argument"],
	])('are refused as %j, with a list of what there is', (args, message) => {
		const [first, ...others] = failureOf(UsageError, () => parse(args)).message.split('\n');

		expect(first).toContain(message);
		expect(others.join('\n')).toBe(`\n${demoUsage('demo')}`);
	});

	it('have to stand where npm does not keep them to itself', () => {
		const env = { npm_config_n8n: 'true' };

		expect(() => parse([], { env })).toThrow('--n8n has to stand after --');
	});
});

describe('the options of dev', () => {
	const script = 'dev';

	it('are those of the demo that say what the video is to be', () => {
		expect(parse(['--model', 'sora-2'], { script })).toEqual({ model: 'sora-2', help: false });
		expect(demoUsage(script)).not.toContain('--n8n');
	});

	it('have no choice between engines', () => {
		expect(() => parse(['--n8n'], { script })).toThrow('dev always runs a real n8n');
	});
});
