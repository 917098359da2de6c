/**
 * What it costs to move a file, against n8n's HTTP Request node moving the same one: most memory of the process, CPU and
 * time. Every run is a process of its own; the runs take turns, and the median of each counts.
 */
import { ensureN8nInstallation } from '../tools/n8n/n8n-installation.mts';
import { countOf, startApi } from './api.mts';
import type { FileResult, FileSettings } from './files-run.mts';
import { measureInChild } from './measured-child.mts';
import { checkBounds, medianOf, printTable, type Bound } from './table.mts';

const MB = 1024 * 1024;
const REPEATS = 3;
const NODES = ['Magic Hour', 'HTTP Request'] as const;
/** A file is small against the rest of the process's memory, or large. */
const CASES = [
	{ name: '1 MB down', down: MB },
	{ name: '300 MB down', down: 300 * MB },
	{ name: '1 MB up', up: MB },
	{ name: '100 MB up', up: 100 * MB },
	{ name: '200 MB up', up: 200 * MB },
];

const { directory: n8n } = await ensureN8nInstallation();
const api = await startApi({ speed: 1000, jobSeconds: 1 });
const authorization = `Bearer ${api.keys.business}`;

/** Makes a video of that many bytes. */
async function makeVideo(bytes: number): Promise<NonNullable<FileSettings['down']>> {
	await api.setFault('download', { padTo: bytes });
	const call = async (path: string, body?: object): Promise<unknown> => {
		const answer = await fetch(`${api.url}${path}`, {
			method: body ? 'POST' : 'GET',
			headers: { authorization, 'content-type': 'application/json' },
			...(body && { body: JSON.stringify(body) }),
		});
		if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
		return await answer.json();
	};
	const { id } = (await call('/v1/image-to-video', {
		end_seconds: 5,
		assets: { image_file_path: 'https://example.com/image.png' },
	})) as { id: string };
	for (;;) {
		const project = (await call(`/v1/video-projects/${id}`)) as {
			status: string;
			downloads: Array<{ url: string }>;
		};
		const url = project.downloads[0]?.url;
		if (project.status === 'complete' && url) return { projectId: id, url };
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

type Results = Record<(typeof NODES)[number], FileResult[]>;
const results = CASES.map((): Results => ({ 'Magic Hour': [], 'HTTP Request': [] }));
for (let repeat = 0; repeat < REPEATS; repeat++) {
	for (const [index, { up, down: bytes, name }] of CASES.entries()) {
		for (const node of NODES) {
			await api.reset();
			const down = bytes === undefined ? undefined : await makeVideo(bytes);
			const settings = { api: { url: api.url, keys: api.keys }, n8n, node, up, down };
			results[index]?.[node].push(
				await measureInChild<FileResult>('files-run.mts', settings satisfies FileSettings),
			);

			const requests = await api.requests();
			const uploaded = requests.find(({ kind }) => kind === 'upload')?.bytes;
			if (uploaded !== up) throw new Error(`${name}: ${uploaded ?? 0} bytes were uploaded`);
			const downloads = countOf(requests, 'download', 200);
			if (downloads !== (down ? 1 : 0)) throw new Error(`${name}: ${downloads} downloads`);
		}
	}
}
await api.close();

const median = (all: readonly FileResult[], what: keyof FileResult): number =>
	medianOf(all.map((one) => one[what]));
const FIGURES = [
	{ what: 'peak', title: 'most resident memory, in MB', unit: MB, digits: 0 },
	{ what: 'cpu', title: 'CPU time, in s', unit: 1000, digits: 2 },
	{ what: 'time', title: 'time of the node, in s', unit: 1000, digits: 2 },
] as const;
const ratio = (index: number, what: keyof FileResult) => {
	const { 'Magic Hour': ours = [], 'HTTP Request': theirs = [] } = results[index] ?? {};
	return median(ours, what) / median(theirs, what);
};
for (const { what, title, unit, digits } of FIGURES) {
	const shown = (all: readonly FileResult[]) => (median(all, what) / unit).toFixed(digits);
	printTable(
		`Files: ${title} (median of ${REPEATS}, Node ${process.versions.node})`,
		['', ...NODES, 'x HTTP Request'],
		CASES.map(({ name }, index) => [
			name,
			...NODES.map((node) => shown(results[index]?.[node] ?? [])),
			ratio(index, what).toFixed(2),
		]),
	);
}

/**
 * A video is read once, an image of this size twice: it is checked whole before anything of it is uploaded, and its hash
 * says whether this run, or an earlier try, has it already.
 */
const MOST_UP = 2.5;
/** As much, and what medians of so few runs differ by. */
const MOST_DOWN = 1.1;
const bounds: Bound[] = [];
for (const [index, { name, up, down }] of CASES.entries()) {
	if ((up ?? down) <= MB) continue;
	const atMost = down ? MOST_DOWN : MOST_UP;
	for (const what of ['cpu', 'time'] as const) {
		bounds.push({ name: `${name}: ${what}`, value: ratio(index, what), atMost, unit: 'x' });
	}
	bounds.push({ name: `${name}: memory`, value: ratio(index, 'peak'), atMost: 1.1, unit: 'x' });
}
checkBounds(bounds);
