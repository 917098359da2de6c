/** Every operation of every node that returns a video has the same fields. */
import type { INodeParameters } from 'n8n-workflow';

import { ImageToVideo } from '../../nodes/ImageToVideo/ImageToVideo.node.ts';
import { TextToVideo } from '../../nodes/TextToVideo/TextToVideo.node.ts';
import { openLab, type Lab } from '../support/engine/lab.mts';

const keysOf = (json: object | undefined): string[] => Object.keys(json ?? {}).sort();

/** Which Magic Hour keeps for old clients, and are in one of its answers only. */
const DEPRECATED = ['download', 'enabled', 'estimated_frame_cost', 'total_frame_cost'];

/** Of a model whose price is known: there is an estimate. */
const PLAIN = {
	downloadVideo: false,
	prompt: 'A fox in the snow',
	model: { __rl: true, mode: 'list', value: 'kling-3.0' },
};

/** What was found for the node before, with Simplify and without. */
const FOUND = new Map<boolean, string[]>();

describe.each([new ImageToVideo(), new TextToVideo()])('$description.displayName', (node) => {
	let lab: Lab;

	beforeAll(async () => {
		lab = await openLab({ node });
	});
	afterEach(() => {
		lab.api.reset();
	});
	afterAll(async () => {
		await lab.close();
	});

	async function fieldsOf(parameters: INodeParameters): Promise<string[]> {
		const run = await lab.run(parameters);
		expect(run.error).toBeUndefined();
		return keysOf(run.output[0]?.[0]?.json).filter((key) => !DEPRECATED.includes(key));
	}

	describe.each([true, false])('with Simplify %s', (simplify) => {
		const options = { simplify };

		it('Generate and Get have the same fields, waiting or not', async () => {
			const generated = await fieldsOf({ ...PLAIN, options });
			const [project] = lab.api.projects;
			const got = { operation: 'get', projectId: project?.id ?? '', ...PLAIN, options };

			expect(generated.length).toBeGreaterThan(10);
			expect(await fieldsOf({ ...PLAIN, options, waitForCompletion: false })).toEqual(generated);
			expect(await fieldsOf(got)).toEqual(generated);
			expect(await fieldsOf({ ...got, waitForCompletion: false })).toEqual(generated);
			// And so has the node before.
			expect(FOUND.get(simplify) ?? generated).toEqual(generated);
			FOUND.set(simplify, generated);
		});

		it('a failed project has them, too', async () => {
			const generated = await fieldsOf({ ...PLAIN, options });
			lab.api.setOutcome({ status: 'error', code: 'unknown_error', message: 'Out of ideas' });
			await lab.run({ waitForCompletion: true, ...PLAIN });
			const [, failed] = lab.api.projects;
			const got = { operation: 'get', projectId: failed?.id ?? '', ...PLAIN, options };

			expect(failed?.status).toBe('error');
			expect(await fieldsOf({ ...got, waitForCompletion: false })).toEqual(generated);
		});
	});
});
