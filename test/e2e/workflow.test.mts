import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { probeVideo } from '../../local-api/probe.mts';
import { EXAMPLE_NODES } from '../../tools/n8n/example-workflow.mts';
import type { StoredExecution } from '../../tools/n8n/n8n-rest.mts';
import { filesContaining } from '../support/e2e/files-containing.mts';
import { CREDENTIAL, startRealN8n, WORKFLOW_ID, type RealN8n } from '../support/e2e/real-n8n.mts';

jest.setTimeout(180_000);

const NODE_TYPE = 'n8n-nodes-magic-hour.imageToVideo';
const SECONDS = 4;

describe('in a real n8n', () => {
	let started: RealN8n | undefined;
	let real: RealN8n;

	beforeAll(async () => {
		started = await startRealN8n({ model: 'ltx-2.3', seconds: SECONDS, resolution: '480p' });
		real = started;
	});

	afterAll(async () => {
		await started?.close();
	});

	describe('the package', () => {
		it('is loaded from the folder for community packages, under its own name', async () => {
			const types = await real.rest.nodeTypes();

			expect(types).toContain(NODE_TYPE);
			expect(types.filter((type) => type.startsWith('CUSTOM.'))).toEqual([]);
			expect(real.packageDirectory).toBe(
				join(real.n8n.userFolder, '.n8n', 'nodes', 'node_modules', 'n8n-nodes-magic-hour'),
			);
		});

		it('runs with the n8n-workflow of n8n, none of its own', async () => {
			const manifest = JSON.parse(
				await readFile(join(real.packageDirectory, 'package.json'), 'utf8'),
			) as Record<string, unknown>;

			expect(manifest).not.toHaveProperty('peerDependencies');
			await expect(readFile(join(real.packageDirectory, 'node_modules'))).rejects.toThrow('ENOENT');
		});
	});

	describe('the credential test', () => {
		const test = (apiKey: string, baseUrl: string): ReturnType<RealN8n['rest']['testCredential']> =>
			real.rest.testCredential({ ...CREDENTIAL, data: { apiKey, baseUrl } });

		it('passes with a good key', async () => {
			await expect(test(real.localApi.keys.free, real.localApi.url)).resolves.toMatchObject({
				status: 'OK',
			});
		});

		it('fails with a bad key, and says what is wrong with it', async () => {
			const answer = await test('mhk_live_wrong', real.localApi.url);

			expect(answer.status).toBe('Error');
			expect(answer.message).toMatch(/API key/i);
			expect(answer.message).not.toContain('mhk_live_wrong');
		});

		it('fails where nothing answers', async () => {
			await expect(test(real.localApi.keys.free, 'http://127.0.0.1:9')).resolves.toMatchObject({
				status: 'Error',
			});
		});

		it('costs nothing', () => {
			expect(real.localApi.projects).toHaveLength(0);
		});
	});

	describe('the example workflow', () => {
		let execution: StoredExecution;

		beforeAll(async () => {
			execution = await real.rest.runWorkflow(WORKFLOW_ID, EXAMPLE_NODES.trigger);
		});

		it('succeeds, with the installed node', () => {
			expect(execution.status).toBe('success');
			expect(execution.workflowData.nodes.map(({ type }) => type)).toContain(NODE_TYPE);
		});

		it('writes a video that decodes, of the length and height that were asked for', async () => {
			const probe = await probeVideo(real.videoFile);

			expect(Math.abs(probe.seconds - SECONDS)).toBeLessThanOrEqual(0.2);
			expect(probe.height).toBe(480);
		});

		it('makes one project', () => {
			expect(real.localApi.requests.filter(({ kind }) => kind === 'create')).toHaveLength(1);
		});

		it('leaves the key nowhere: not in the saved execution, not in logs or database', async () => {
			const key = real.localApi.keys.pro;

			expect(execution.data.length).toBeGreaterThan(0);
			expect(execution.data).not.toContain(key);
			await expect(filesContaining(real.n8n.userFolder, key)).resolves.toEqual([]);
			// The search itself works: this name is saved in the same database.
			await expect(
				filesContaining(real.n8n.userFolder, EXAMPLE_NODES.generate),
			).resolves.not.toEqual([]);
		});
	});
});
