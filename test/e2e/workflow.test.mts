import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { probeVideo } from '../../local-api/probe.mts';
import { startLocalApi } from '../../local-api/server.mts';
import { EXAMPLE_NODES } from '../../tools/n8n/example-workflow.mts';
import { Executions } from '../../tools/n8n/executions.mts';
import { chain, manualTrigger, TRIGGER } from '../../tools/n8n/lab-workflow.mts';
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
				message: 'Plan: free, 1000000 credits left.',
			});
		});

		it('passes with a server that has no accounts yet', async () => {
			real.localApi.setFault('account', { status: 404 }, 1);
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

	describe("the credential in n8n's HTTP Request node", () => {
		const request = async (): Promise<{ status: string; error?: string; output?: unknown }> => {
			const executions = new Executions(real.rest.url);
			await executions.logIn(real.owner);
			const http = {
				name: 'HTTP Request',
				type: 'n8n-nodes-base.httpRequest',
				typeVersion: 4.2,
				parameters: {
					url: `${real.localApi.url}/v1/account`,
					authentication: 'predefinedCredentialType',
					nodeCredentialType: CREDENTIAL.type,
					options: { redirect: { redirect: { followRedirects: true, maxRedirects: 21 } } },
				},
				credentials: { [CREDENTIAL.type]: { id: CREDENTIAL.id, name: CREDENTIAL.name } },
			};
			const id = await executions.createWorkflow(chain('HTTP', [manualTrigger, http]));
			const { status, data } = await executions.ended(await executions.run(id, TRIGGER));
			return {
				status,
				error: data.resultData.error?.message,
				output: data.resultData.runData[http.name]?.[0]?.data?.main[0]?.[0]?.json,
			};
		};

		it('has the key', async () => {
			await expect(request()).resolves.toMatchObject({
				status: 'success',
				output: { tier: 'pro' },
			});
		});

		it.each([301, 302, 303, 307, 308])('does not take it where a %i leads', async (status) => {
			const elsewhere = await startLocalApi();
			try {
				const redirect = `${elsewhere.url}/v1/account`;
				real.localApi.setFault('account', { redirect, status }, 1);
				await expect(request()).resolves.toMatchObject({
					status: 'error',
					error: expect.stringContaining(String(status)) as string,
				});
				expect(elsewhere.requests).toEqual([]);
			} finally {
				await elsewhere.close();
			}
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
