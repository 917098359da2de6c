import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { INodeParameters } from 'n8n-workflow';

import type { EngineRun } from '../../tools/engine/engine.mts';
import { certificateFor } from '../support/faults/certificate.mts';
import { tlsFront, type Listening } from '../support/faults/detours.mts';
import { DOMAIN, openNetwork, type Network } from '../support/faults/network.mts';
import { imageItem, openLab, textOf, type Lab } from '../support/engine/lab.mts';

/** What n8n can reach and a stranger can't, such as n8n itself: notes what comes. */
const internal: Server = createServer((request, response) => {
	reached.push(request.url ?? '');
	response.end('secret');
});
const reached: string[] = [];
let internalUrl: string;

/** The local API at an https:// URL with a host name, as the real one is. */
let lab: Lab;
let network: Network;
let front: Listening;
let origin: string;
/** The internal server at an https:// URL, with a certificate that n8n trusts, for a name of the inside. */
let internalFront: Listening;

beforeAll(async () => {
	internal.listen(0, '127.0.0.1');
	await once(internal, 'listening');
	internalUrl = `http://127.0.0.1:${(internal.address() as AddressInfo).port}`;
	lab = await openLab();
	const certificate = certificateFor(`*.${DOMAIN}`);
	network = openNetwork(certificate.cert);
	front = await tlsFront(certificate, Number(new URL(lab.api.url).port));
	internalFront = await tlsFront(certificate, (internal.address() as AddressInfo).port);
	for (const name of ['api', 'files']) network.names.set(`${name}.${DOMAIN}`, () => '127.0.0.1');
	origin = `https://files.${DOMAIN}:${front.port}`;
});

afterEach(() => {
	lab.api.reset();
	expect(reached.splice(0)).toEqual([]);
});

afterAll(async () => {
	await front.close();
	await internalFront.close();
	network.close();
	await lab.close();
	internal.close();
	await once(internal, 'close');
});

/** Runs the node with the https:// API Base URL; its file URLs are at another public name unless told otherwise. */
async function run(
	{ uploads = origin, downloads = origin }: { uploads?: string; downloads?: string } = {},
	parameters: INodeParameters = {},
): Promise<EngineRun> {
	lab.api.setFault('upload-urls', { urlOrigin: uploads });
	lab.api.setFault('poll', { urlOrigin: downloads });
	return await lab.engine.run({
		items: [imageItem()],
		credentials: {
			apiKey: lab.api.keys.business,
			baseUrl: `https://api.${DOMAIN}:${front.port}`,
		},
		parameters,
	});
}

const told = ({ error }: EngineRun): string =>
	`${error?.message ?? ''} ${error?.description ?? ''}`;

it('files go to another public name, and come from there', async () => {
	const { error, output } = await run();

	expect(error).toBeUndefined();
	expect(output[0]?.[0]?.binary?.data?.mimeType).toBe('video/mp4');
});

it('a redirect to a public name is followed, the key stays behind', async () => {
	const first = await run({}, { downloadVideo: false });
	lab.api.setFault('download', { redirect: textOf(first, 'video_url') }, 1);
	const again = await run({}, { operation: 'get', projectId: textOf(first, 'id') });

	expect(again.error).toBeUndefined();
	expect(again.output[0]?.[0]?.binary?.data?.mimeType).toBe('video/mp4');
	const downloads = lab.api.requests.filter(({ kind }) => kind === 'download');
	expect(downloads.map(({ status }) => status)).toEqual([302, 200]);
	expect(downloads.map(({ headers }) => headers.authorization)).toEqual(['absent', 'absent']);
});

it('an image is not uploaded to an internal address, and nothing is charged', async () => {
	const stopped = await run({ uploads: internalUrl });

	expect(told(stopped)).toContain(`Could not upload the image: ${internalUrl} is not an address`);
	expect(lab.creates()).toEqual([]);
});

it('a video is not downloaded from an internal address; its project is named', async () => {
	const stopped = await run({ downloads: internalUrl });

	expect(told(stopped)).toContain(
		`${internalUrl} is not an address that files of Magic Hour can have`,
	);
	expect(told(stopped)).toContain(lab.api.projects[0]?.id);
});

it('a redirect to an internal address is not followed', async () => {
	lab.api.setFault('download', { redirect: `${internalUrl}/rest/settings` });
	const stopped = await run();

	expect(told(stopped)).toContain(
		`${internalUrl} is not an address that files of Magic Hour can have`,
	);
	expect(told(stopped)).not.toContain('/rest/settings');
});

it.each(['http://169.254.169.254/latest/meta-data/', 'file:///etc/passwd', 'https://localhost/'])(
	'a redirect to %s is not followed',
	async (redirect) => {
		lab.api.setFault('download', { redirect });
		const stopped = await run();

		expect(told(stopped)).toContain('is not an address that files of Magic Hour can have');
	},
);

it('a public name that leads to an internal server reaches nothing there: it has no certificate for that name', async () => {
	network.names.set('attacker.example', () => '127.0.0.1');
	const attackers = `https://attacker.example:${internalFront.port}`;
	const uploading = await run({ uploads: attackers });
	const downloading = await run({ downloads: attackers });

	expect(told(uploading)).toContain('a secure connection could not be made');
	expect(told(downloading)).toContain('a secure connection could not be made');
});

it('redirects come to an end', async () => {
	lab.api.setFault('download', { redirect: `${origin}/storage/round` });
	const stopped = await run();

	expect(told(stopped)).toMatch(/could not be downloaded/);
});

it('an image URL inside a network is refused, and nothing is fetched from it', async () => {
	const imageUrl = internalUrl.replace('http:', 'https:') + '/picture.png';
	const refused = await run({}, { imageSource: 'url', imageUrl, waitForCompletion: false });

	expect(told(refused)).toMatch(/Image URL/);
	expect(lab.kinds()).toEqual([]);
});
