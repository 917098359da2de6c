import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalApi, type LocalApi } from '../../local-api/server.mts';
import { Executions } from '../../tools/n8n/executions.mts';
import * as sketch from '../../tools/n8n/lab-workflow.mts';
import { N8n } from '../../tools/n8n/n8n.mts';
import { ensureN8nInstallation } from '../../tools/n8n/n8n-installation.mts';
import type { N8nRest } from '../../tools/n8n/n8n-rest.mts';
import { packedPackage } from '../../tools/n8n/packed-package.mts';
import { standInForMagicHour } from '../support/e2e/magic-hour-address.mts';
import {
	installVendorPackage,
	VENDOR_CREDENTIAL,
	VENDOR_NODE,
} from '../support/e2e/vendor-package.mts';

jest.setTimeout(300_000);

const OURS = 'n8n-nodes-magic-hour';
const OWNER = { email: 'owner@example.com', password: 'A1-side-by-side' };
const IMAGE = 'https://example.com/lake.png';

/** n8n loads packages in the order of their names. */
const ORDERS = [
	{ order: 'before', vendor: 'n8n-nodes-magic' },
	{ order: 'after', vendor: 'n8n-nodes-magichour' },
] as const;

describe.each(ORDERS)("beside the vendor's package, which n8n loads $order this one", (each) => {
	const { order, vendor } = each;
	const undo: (() => Promise<void>)[] = [];
	let api: LocalApi;
	let n8n: N8n;
	let rest: N8nRest;
	let executions: Executions;

	beforeAll(async () => {
		const folder = await realpath(await mkdtemp(join(tmpdir(), 'n8n-magic-hour-vendor-')));
		undo.push(async () => {
			await rm(folder, { recursive: true, force: true });
		});
		api = await startLocalApi({ jobSeconds: 0.2 });
		undo.push(async () => {
			await api.close();
		});
		const address = await standInForMagicHour(
			Number(new URL(api.url).port),
			join(folder, 'certificate.pem'),
		);
		undo.push(async () => {
			await address.close();
		});
		n8n = new N8n({
			installation: await ensureN8nInstallation(),
			userFolder: join(folder, 'n8n'),
			settings: address.environment,
		});
		await n8n.installPackage(packedPackage());
		await installVendorPackage(vendor, n8n.nodesDirectory);
		rest = await n8n.start();
		undo.push(async () => {
			await n8n.stop();
		});
		await rest.setUpOwner(OWNER);
		executions = new Executions(rest.url);
		await executions.logIn(OWNER);
	});

	afterAll(async () => {
		for (const step of undo.reverse()) await step();
	});

	it('is loaded in that order', async () => {
		const types = await rest.nodeTypes();
		const [ours, theirs] = [`${OURS}.imageToVideo`, `${vendor}.${VENDOR_NODE}`].map((type) =>
			types.indexOf(type),
		) as [number, number];

		expect(Math.min(ours, theirs)).toBeGreaterThanOrEqual(0);
		expect(theirs < ours ? 'before' : 'after').toBe(order);
	});

	it('makes a video with our credential, which needs a key only', async () => {
		const credential = await executions.createCredential({
			name: 'Ours',
			type: 'magicHourVideoApi',
			data: { apiKey: api.keys.pro },
		});
		const [item] = await outputOf({
			name: 'Image To Video',
			type: `${OURS}.imageToVideo`,
			typeVersion: 1,
			parameters: { imageSource: 'url', imageUrl: IMAGE, downloadVideo: false },
			credentials: { magicHourVideoApi: { id: credential, name: 'Ours' } },
		});

		expect(item).toMatchObject({ id: api.projects[0]?.id, status: 'complete', seconds: 5 });
		expect(senders()).toEqual(['present (pro)']);
	});

	it("makes one with the vendor's node and credential", async () => {
		const credential = await executions.createCredential({
			name: 'Theirs',
			type: VENDOR_CREDENTIAL,
			data: { apiKey: api.keys.creator },
		});
		const [item] = await outputOf({
			name: 'Magic Hour',
			type: `${vendor}.${VENDOR_NODE}`,
			typeVersion: 1,
			parameters: { imageUrl: IMAGE },
			credentials: { [VENDOR_CREDENTIAL]: { id: credential, name: 'Theirs' } },
		});

		expect(item).toMatchObject({ id: api.projects[0]?.id });
		expect(senders()).toEqual(['present (creator)']);
	});

	it('keeps the fields of both credentials', async () => {
		const fields = await rest.credentialFields();

		// n8n adds fields of its own to theirs.
		expect(fields.get(VENDOR_CREDENTIAL)).not.toContain('baseUrl');
		expect(fields.get('magicHourVideoApi')).toContain('baseUrl');
	});

	/** Runs a workflow of a trigger and the node. @returns the JSON of its items */
	async function outputOf(node: sketch.NodeSketch): Promise<Record<string, unknown>[]> {
		api.reset();
		const workflow = sketch.chain(node.name, [sketch.manualTrigger, node]);
		const workflowId = await executions.createWorkflow(workflow);
		const id = await executions.run(workflowId, sketch.TRIGGER);
		const { status, data } = await executions.ended(id);
		if (status !== 'success') throw new Error(JSON.stringify(data.resultData.error));
		const [run] = data.resultData.runData[node.name] ?? [];
		return (run?.data?.main[0] ?? []).map(({ json }) => json);
	}

	/** With which keys requests have come. */
	function senders(): (string | undefined)[] {
		return [...new Set(api.requests.map(({ headers }) => headers.authorization))];
	}
});
