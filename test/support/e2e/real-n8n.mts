import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSample } from '../../../local-api/sample-image.mts';
import { startLocalApi, type LocalApi } from '../../../local-api/server.mts';
import { exampleWorkflow, type VideoWishes } from '../../../tools/n8n/example-workflow.mts';
import { N8n } from '../../../tools/n8n/n8n.mts';
import { ensureN8nInstallation } from '../../../tools/n8n/n8n-installation.mts';
import type { N8nOwner, N8nRest } from '../../../tools/n8n/n8n-rest.mts';
import { packedPackage } from '../../../tools/n8n/packed-package.mts';

/** Makes a video of a minute and more in about a second. */
const LOCAL_SPEED = 100;
export const CREDENTIAL = {
	id: 'e2eCredential001',
	name: 'Magic Hour API',
	type: 'magicHourVideoApi',
};
export const WORKFLOW_ID = 'e2eImageToVideo1';

export interface RealN8n {
	readonly n8n: N8n;
	readonly rest: N8nRest;
	readonly owner: N8nOwner;
	readonly localApi: LocalApi;
	/** Where the package was installed to. */
	readonly packageDirectory: string;
	/** What the example workflow writes. */
	readonly videoFile: string;
	close(): Promise<void>;
}

/** A running n8n with the packed package, a credential for a local API, the example workflow, and a logged-in owner. */
export async function startRealN8n(wishes: VideoWishes): Promise<RealN8n> {
	const folder = await realpath(await mkdtemp(join(tmpdir(), 'n8n-magic-hour-e2e-')));
	const filesFolder = join(folder, 'files');
	await mkdir(filesFolder);
	const imageFile = join(filesFolder, 'image.png');
	const videoFile = join(filesFolder, 'video.mp4');
	await writeSample(imageFile);

	const localApi = await startLocalApi({ speed: LOCAL_SPEED });
	const installation = await ensureN8nInstallation();
	const n8n = new N8n({
		installation,
		userFolder: join(folder, 'n8n'),
		fileFolders: [filesFolder],
	});
	const close = async (): Promise<void> => {
		await n8n.stop();
		await localApi.close();
		await rm(folder, { recursive: true, force: true });
	};
	try {
		const packageDirectory = await n8n.installPackage(packedPackage());
		const data = { apiKey: localApi.keys.pro, baseUrl: localApi.url };
		await n8n.importCredential({ ...CREDENTIAL, data });
		await n8n.importWorkflow(
			await exampleWorkflow(WORKFLOW_ID, CREDENTIAL, { imageFile, videoFile }, wishes),
		);
		const rest = await n8n.start();
		const owner = {
			email: 'owner@example.com',
			password: `A1${randomBytes(9).toString('base64url')}`,
		};
		await rest.setUpOwner(owner);
		return { n8n, rest, owner, localApi, packageDirectory, videoFile, close };
	} catch (error) {
		await close();
		throw error;
	}
}
