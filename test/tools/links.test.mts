/**
 * What texts point at exists: links of pages with their anchors, addresses of this repository, npm scripts, and paths of
 * files, also those in comments. Nothing is fetched.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join, relative } from 'node:path';
import manifest from '../../package.json';

const ROOT = join(import.meta.dirname, '..', '..');
/** Folders that are no part of the repository. */
const IGNORED = readFileSync(join(ROOT, '.gitignore'), 'utf8').match(/^.+(?=\/$)/gm) ?? [];

function filesIn(folder: string): string[] {
	return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
		const path = join(folder, entry.name);
		if (!entry.isDirectory()) return [relative(ROOT, path)];
		return ['.git', ...IGNORED].includes(entry.name) ? [] : filesIn(path);
	});
}

const FILES = filesIn(ROOT);
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const PAGES = FILES.filter((file) => file.endsWith('.md'));

/** Without what stands in fences. */
const proseOf = (page: string): string => read(page).replace(/^```[^]*?^```$/gm, '');

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): string[] {
	const seen = new Map<string, number>();
	return [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => {
		const anchor = heading
			.toLowerCase()
			.replace(/[^\p{L}\p{N}\s_-]/gu, '')
			.replace(/\s/g, '-');
		const times = seen.get(anchor) ?? 0;
		seen.set(anchor, times + 1);
		return times === 0 ? anchor : `${anchor}-${times}`;
	});
}

/** `[text](target)`, `[name]: target`, and the attributes of HTML. */
const LINKS = [
	/\]\(([^()\s]+)\)/g,
	/^\[[^\]]+\]: (\S+)$/gm,
	/\b(?:href|src|srcset)="([^"\s]+)"/g,
] as const;

const linksOf = (page: string): string[] =>
	LINKS.flatMap((pattern) =>
		[...proseOf(page).matchAll(pattern)].map(([, target = '']) => target),
	).filter((target) => !/^[a-z]+:/i.test(target));

/** Why a link leads nowhere, if it does. */
function problemOf(page: string, target: string): string[] {
	const [path = '', anchor] = target.split('#');
	const file = path === '' ? page : join(dirname(page), path);
	if (file.startsWith('..')) return [`${target}: leaves the repository`];
	if (!existsSync(join(ROOT, file))) return [`${target}: there is no ${file}`];
	if (anchor === undefined || extname(file) !== '.md') return [];
	return anchorsOf(file).includes(anchor) ? [] : [`${target}: ${file} has no such heading`];
}

test('there are pages with links', () => {
	expect(PAGES).toContain('README.md');
	expect(linksOf('README.md').length).toBeGreaterThan(20);
});

test.each(PAGES)('the links of %s', (page) => {
	expect(linksOf(page).flatMap((target) => problemOf(page, target))).toEqual([]);
});

test('addresses of this repository, in what ships and in what GitHub shows', () => {
	const home = manifest.homepage;
	const targets = FILES.filter((file) => /^(nodes|credentials|\.github)\//.test(file)).flatMap(
		(file) => [...read(file).matchAll(/https:\/\/github\.com\/[^'")\s]+/g)].map(([url]) => url),
	);
	expect(targets.length).toBeGreaterThan(3);
	const wrong = targets.flatMap((url) => {
		if (!url.startsWith(home)) return [`${url}: another repository`];
		const target = url.slice(home.length).replace(/^\/blob\/main\//, '');
		// What GitHub itself has: its pages, and its anchor for the README below the files.
		return target.startsWith('/') || target === '#readme' ? [] : problemOf('README.md', target);
	});
	expect(wrong).toEqual([]);
});

/** A path from the root of the repository that ends like a file, in the middle of a text. */
const FOLDERS = [...new Set(FILES.filter((file) => file.includes('/')).map(topOf))];
const MENTION = new RegExp(
	`(?<![\\w./@-])(?:${FOLDERS.map((folder) => folder.replace('.', '\\.')).join('|')})/[\\w./-]*\\.(?:md|m?ts|m?js|json|ya?ml|png)\\b`,
	'g',
);
/** In pages, names of source files alone, and folders, as well. */
const NAME = /[\w/.-]+\.m?ts\b/g;
const CODE = /`([\w.-]+(?:\/[\w.-]*)+)`/g;

function topOf(file: string): string {
	return file.split('/')[0] ?? '';
}

const isText = (file: string): boolean => /\.(md|m?ts|m?js|ya?ml)$/.test(file);

test('the paths that texts mention', () => {
	const wrong = FILES.filter(isText).flatMap((file) => {
		const text = read(file);
		const mentioned = [...text.matchAll(MENTION)].map(([path]) => path);
		const names = PAGES.includes(file) ? [...text.matchAll(NAME)].map(([name]) => name) : [];
		const inCode = PAGES.includes(file) ? [...text.matchAll(CODE)] : [];
		const folders = inCode
			.map(([, path = '']) => path)
			.filter((path) => FOLDERS.includes(topOf(path)));
		const missing = [
			...[...mentioned, ...folders].filter((path) => !existsSync(join(ROOT, path))),
			...names.filter((name) => !FILES.some((path) => `/${path}`.endsWith(`/${name}`))),
		];
		return [...new Set(missing)].map((path) => `${file}: ${path}`);
	});
	expect(wrong).toEqual([]);
});

test('the npm scripts that pages mention', () => {
	const scripts = Object.keys(manifest.scripts);
	const mentioned = PAGES.flatMap((page) =>
		[...read(page).matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name = '']) => `${page}: ${name}`),
	);
	expect(mentioned.length).toBeGreaterThan(20);
	expect(mentioned.filter((each) => !scripts.includes(each.split(': ')[1] ?? ''))).toEqual([]);
});
