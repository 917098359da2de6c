import { copyFile, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSample } from '../../local-api/sample-image.mts';
import { startLocalApi, type LocalApi, type ProjectView } from '../../local-api/server.mts';
import { N8n } from './n8n.mts';
import { ensureN8nInstallation } from './n8n-installation.mts';
import type { N8nOwner } from './n8n-rest.mts';
import { Executions, until } from './executions.mts';
import { packedPackage } from './packed-package.mts';

/** Seconds by the local API's clock: an hour, unless the clock is put forward. */
const LONG_JOB_SECONDS = 3600;
const SHORT_JOB_SECONDS = 0.2;
/** A prompt that the local API takes an hour for. Any other video is made at once. */
export const LONG = 'This takes long';

const FILE_LOG = 'n8n-file.log';

/** A real n8n that can be killed and started again, and a local Magic Hour API that outlives it. */
export interface Lab {
	readonly api: LocalApi;
	readonly n8n: N8n;
	/** Where n8n is, also after {@link killAndRestart}. */
	readonly url: string;
	/** Of the n8n that is running now. */
	readonly executions: Executions;
	readonly credentialId: string;
	/** Whom the n8n belongs to: for a browser to sign in. */
	readonly owner: N8nOwner;
	/** Nodes may read and write files in here. */
	readonly filesFolder: string;
	readonly imageFile: string;
	/** A pattern for two images: first.png, second.png. */
	readonly twoImages: string;
	/** A pattern for a dozen copies of one image. */
	readonly dozenImages: string;
	/** What n8n has printed of Magic Hour, and what it has written to its log file, line by line. */
	log(): Promise<{ printed: string[]; file: string[] }>;
	/** Puts the local API's clock forward: every video that is being made is finished. */
	finishVideos(): void;
	/** How many create requests there were. */
	creates(): number;
	/** The projects whose name begins so, as a person finds them in the Magic Hour library. */
	projectsNamed(beginning: string): ProjectView[];
	/** Resolves when Magic Hour has been asked about so many projects of this name: the node waits for them. */
	waitedFor(beginning: string, count?: number): Promise<ProjectView[]>;
	/**
	 * kill -9, and n8n is started again where it was.
	 * @param whileDown what happens in between
	 */
	killAndRestart(whileDown?: () => Promise<void> | void): Promise<void>;
	close(): Promise<void>;
}

export async function startLab(): Promise<Lab> {
	const folder = await realpath(await mkdtemp(join(tmpdir(), 'n8n-magic-hour-lab-')));
	const userFolder = join(folder, 'n8n');
	const filesFolder = join(folder, 'files');
	const imageFile = join(filesFolder, 'image.png');
	const logFile = join(userFolder, FILE_LOG);
	const two = join(filesFolder, 'two');
	const dozen = join(filesFolder, 'dozen');
	for (const path of [filesFolder, two, dozen, userFolder]) await mkdir(path);
	await writeSample(imageFile);
	await writeSample(join(two, 'first.png'), { seed: 'first' });
	await writeSample(join(two, 'second.png'), { seed: 'second' });
	for (let copy = 1; copy <= 12; copy++) await copyFile(imageFile, join(dozen, `${copy}.png`));
	// n8n reads it from the folder that it is started in.
	await writeFile(
		join(userFolder, '.env'),
		`N8N_LOG_OUTPUT=console,file\nN8N_LOG_FILE_LOCATION=${logFile}\n`,
	);

	let clockAhead = 0;
	const api = await startLocalApi({
		clock: () => Date.now() + clockAhead,
		jobSeconds: ({ style }) => (style?.prompt === LONG ? LONG_JOB_SECONDS : SHORT_JOB_SECONDS),
	});
	const projectsNamed = (beginning: string): ProjectView[] =>
		api.projects.filter(({ name }) => name.startsWith(beginning));
	const n8n = new N8n({
		installation: await ensureN8nInstallation(),
		userFolder,
		fileFolders: [filesFolder],
	});
	const close = async (): Promise<void> => {
		await n8n.stop();
		await api.close();
		await rm(folder, { recursive: true, force: true });
	};
	try {
		await n8n.installPackage(packedPackage());
		const owner = {
			email: 'owner@example.com',
			password: `A1${randomBytes(9).toString('base64url')}`,
		};
		const first = await n8n.start();
		await first.setUpOwner(owner);
		let executions = new Executions(first.url);
		await executions.logIn(owner);
		const credentialId = await executions.createCredential({
			name: 'Magic Hour API',
			type: 'magicHourVideoApi',
			data: { apiKey: api.keys.business, baseUrl: api.url },
		});
		return {
			api,
			n8n,
			url: first.url,
			get executions() {
				return executions;
			},
			credentialId,
			owner,
			filesFolder,
			imageFile,
			twoImages: join(two, '*.png'),
			dozenImages: join(dozen, '*.png'),
			log: async () => ({
				printed: linesOfOurs(await n8n.readLogs()),
				file: linesOfOurs(await readFile(logFile, 'utf8')),
			}),
			creates: () => api.requests.filter(({ kind }) => kind === 'create').length,
			projectsNamed,
			waitedFor: async (beginning, count = 1) =>
				await until(`${count} projects named ${beginning} to be waited for`, async () => {
					const asked = new Set(
						api.requests.filter(({ kind }) => kind === 'poll').map(({ projectId }) => projectId),
					);
					const found = projectsNamed(beginning).filter(({ id }) => asked.has(id));
					return await Promise.resolve(found.length >= count ? found : undefined);
				}),
			finishVideos: () => {
				clockAhead += LONG_JOB_SECONDS * 1000;
			},
			killAndRestart: async (whileDown) => {
				await n8n.kill();
				await whileDown?.();
				const { url } = await n8n.start(Number(new URL(first.url).port));
				executions = new Executions(url);
				await executions.logIn(owner);
			},
			close,
		};
	} catch (error) {
		await close();
		throw error;
	}
}

function linesOfOurs(log: string): string[] {
	return log.split('\n').filter((line) => line.includes('Magic Hour'));
}
