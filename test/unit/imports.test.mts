import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const NODES = join(import.meta.dirname, '..', '..', 'nodes');

/** The rooms of `docs/architecture.md`: a room imports from itself and from those that are named beside it. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
	'shared/lib': [],
	'shared/media': ['shared/lib'],
	'shared/models': ['shared/lib', 'shared/media'],
	'shared/api': ['shared/lib'],
	'shared/n8n': ['shared/lib', 'shared/media', 'shared/models', 'shared/api'],
	'shared/generation': ['shared/lib', 'shared/media', 'shared/models', 'shared/api', 'shared/n8n'],
	'shared/form': [
		...['shared/lib', 'shared/media', 'shared/models', 'shared/api', 'shared/n8n'],
		'shared/generation',
	],
	'shared/operations': [
		...['shared/lib', 'shared/media', 'shared/models', 'shared/api', 'shared/n8n'],
		...['shared/generation', 'shared/form'],
	],
};
const SHARED = Object.keys(MAY_IMPORT);

/** Rooms that know what n8n gives a node when it runs. */
const KNOW_EXECUTE_FUNCTIONS = [
	'shared/n8n',
	'shared/generation',
	'shared/form',
	'shared/operations',
];

const FILES = readdirSync(NODES, { recursive: true, encoding: 'utf8' })
	.filter((file) => file.endsWith('.ts'))
	.map((file) => ({
		file,
		room: roomOf(file),
		text: readFileSync(join(NODES, file), 'utf8'),
	}));

/** `shared/api`, or the folder of a node. */
function roomOf(file: string): string {
	const [first = '', second = ''] = file.split('/');
	return first === 'shared' ? `${first}/${second}` : first;
}

function importedRooms({ file, text }: (typeof FILES)[number]): string[] {
	return [...text.matchAll(/(?:from|import|require)\s*\(?\s*'(\.[^']+)'/g)].map(([, path = '']) =>
		roomOf(relative(NODES, join(NODES, dirname(file), path))),
	);
}

describe('the rooms', () => {
	test.each(FILES)('$file imports only from rooms before its own', (each) => {
		const allowed = [each.room, ...(MAY_IMPORT[each.room] ?? SHARED)];
		expect(importedRooms(each).filter((room) => !allowed.includes(room))).toEqual([]);
	});

	test.each(FILES.filter(({ room }) => SHARED.includes(room)))(
		'$file knows IExecuteFunctions only at the edge',
		({ room, text }) => {
			if (!KNOW_EXECUTE_FUNCTIONS.includes(room)) expect(text).not.toContain('IExecuteFunctions');
		},
	);

	test('every file of shared is in a room that has a rule', () => {
		const rooms = new Set(FILES.map(({ room }) => room));
		expect([...rooms].filter((room) => room.startsWith('shared/')).sort()).toEqual(
			[...SHARED].sort(),
		);
		expect(rooms).toContain('ImageToVideo');
	});
});
