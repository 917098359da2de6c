import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PROJECT_DIRECTORY } from '../../tools/pack.mts';
import { packedPackage } from '../../tools/n8n/packed-package.mts';

const exec = promisify(execFile);
const MAXIMUM_BYTES = 150_000;

interface Manifest {
	dependencies?: Record<string, string>;
	scripts: Record<string, string>;
	n8n: { nodes: string[]; credentials: string[] };
}

describe('the packed package', () => {
	const packed = packedPackage();
	let folder: string;
	let packageDirectory: string;
	let manifest: Manifest;

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'packed-'));
		await exec('tar', ['-xzf', packed.path, '-C', folder]);
		packageDirectory = join(folder, 'package');
		manifest = JSON.parse(
			await readFile(join(packageDirectory, 'package.json'), 'utf8'),
		) as Manifest;
	});

	afterAll(async () => {
		await rm(folder, { recursive: true, force: true });
	});

	it('ships dist and nothing else but what npm always adds', () => {
		const others = packed.files.filter((file) => !file.startsWith('dist/')).sort();
		expect(others).toEqual(['LICENSE', 'README.md', 'package.json']);
	});

	it('ships compiled code, icons and codex files: no sources, maps, tests or local API', () => {
		const inside = packed.files.filter((file) => file.startsWith('dist/'));
		const folders = new Set(inside.map((file) => file.split('/')[1]));
		expect([...folders].sort()).toEqual(['credentials', 'icons', 'nodes']);
		const kinds = inside.filter((file) => !/\.(js|node\.json|svg)$/.test(file));
		expect(kinds).toEqual([]);
		expect(inside.filter((file) => /test|local-api|\.map$/.test(file))).toEqual([]);
	});

	it('runs nothing when it is installed', () => {
		const atInstall = ['preinstall', 'install', 'postinstall', 'prepare'];
		expect(Object.keys(manifest.scripts).filter((name) => atInstall.includes(name))).toEqual([]);
	});

	it('ships every file that the manifest names, with icons and codex', () => {
		expect(packed.files).toEqual(
			expect.arrayContaining([...manifest.n8n.nodes, ...manifest.n8n.credentials]),
		);
		expect(packed.files.filter((file) => file.endsWith('.svg')).length).toBeGreaterThanOrEqual(2);
		expect(packed.files).toContain('dist/nodes/ImageToVideo/ImageToVideo.node.json');
	});

	it('has no dependencies', () => {
		expect(manifest.dependencies ?? {}).toEqual({});
	});

	it(`is smaller than ${MAXIMUM_BYTES} bytes`, () => {
		expect(packed.size).toBeLessThan(MAXIMUM_BYTES);
	});

	it('loads no library beyond n8n-workflow and zod', async () => {
		const allowed = await loaded(['n8n-workflow', 'zod']);
		const files = manifest.n8n.nodes.map((file) => join(packageDirectory, file));
		const used = await loaded(files);

		expect(used.own.length).toBeGreaterThan(0);
		const extra = used.libraries.filter((library) => !allowed.libraries.includes(library));
		expect(extra).toEqual([]);
	});

	/** What a fresh process has in its module cache after requiring these, our own files and libraries apart. */
	async function loaded(requests: string[]): Promise<{ own: string[]; libraries: string[] }> {
		const code = `
			for (const request of ${JSON.stringify(requests)}) require(request);
			console.log(JSON.stringify(Object.keys(require.cache)));`;
		const { stdout } = await exec(process.execPath, ['--eval', code], {
			cwd: folder,
			env: { ...process.env, NODE_PATH: join(PROJECT_DIRECTORY, 'node_modules') },
		});
		const files = JSON.parse(stdout) as string[];
		const own = files.filter((file) => !file.includes('/node_modules/'));
		const libraries = files
			.filter((file) => file.includes('/node_modules/'))
			.map(
				(file) =>
					/^(?:@[^/]+\/)?[^/]+/.exec(file.split('/node_modules/').at(-1) ?? '')?.[0] ?? file,
			);
		return { own, libraries: [...new Set(libraries)] };
	}
});
