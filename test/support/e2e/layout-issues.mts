import { STICKY_NOTE, type FileNode, type WorkflowJson } from './workflow-json.mts';

/** n8n's canvas in pixels: its grid, a node's box, the name below it, and what a node with inputs for AI parts is wide. */
const GRID = 16;
const NODE = { width: 96, height: 96 };
const LABEL_HEIGHT = 40;
const WIDE_NODE_WIDTH = 256;

interface Box {
	readonly name: string;
	readonly left: number;
	readonly top: number;
	readonly right: number;
	readonly bottom: number;
}

/** Nodes off the grid or on top of each other, and notes that are neither around a node nor beside it. */
export function layoutIssues({ nodes, connections }: WorkflowJson): string[] {
	const wide = namesOfWide(connections);
	const notes = nodes.filter(({ type }) => type === STICKY_NOTE).map(noteBox);
	const boxes = nodes
		.filter(({ type }) => type !== STICKY_NOTE)
		.map((node) => nodeBox(node, wide.has(node.name)));
	const offGrid = nodes.filter(({ position }) => position.some((side) => side % GRID !== 0));
	return [
		...offGrid.map(({ name }) => `"${name}" is not on the grid of ${GRID} pixels`),
		...pairsOf(boxes)
			.filter(([one, other]) => overlap(one, other))
			.map(([one, other]) => `"${one.name}" and "${other.name}" overlap`),
		...pairsOf(notes)
			.filter(
				([one, other]) => overlap(one, other) && !contains(one, other) && !contains(other, one),
			)
			.map(([one, other]) => `the notes "${one.name}" and "${other.name}" overlap`),
		...notes.flatMap((note) =>
			boxes
				.filter((box) => overlap(note, box) && !contains(note, box))
				.map((box) => `the note "${note.name}" covers "${box.name}" in part`),
		),
	];
}

/** Nodes with parts below them, such as an agent with its model. */
function namesOfWide(connections: WorkflowJson['connections']): Set<string> {
	const ends = Object.values(connections)
		.flatMap((byType) => Object.values(byType).flat())
		.flatMap((output) => output ?? []);
	return new Set(ends.filter(({ type }) => type !== 'main').map(({ node }) => node));
}

function nodeBox({ name, position }: FileNode, isWide: boolean): Box {
	const [left, top] = position;
	const width = isWide ? WIDE_NODE_WIDTH : NODE.width;
	return { name, left, top, right: left + width, bottom: top + NODE.height + LABEL_HEIGHT };
}

function noteBox({ name, position, parameters }: FileNode): Box {
	const [left, top] = position;
	const { width, height } = parameters as { width: number; height: number };
	return { name, left, top, right: left + width, bottom: top + height };
}

function overlap(one: Box, other: Box): boolean {
	return (
		one.left < other.right &&
		other.left < one.right &&
		one.top < other.bottom &&
		other.top < one.bottom
	);
}

function contains(outer: Box, inner: Box): boolean {
	return (
		outer.left <= inner.left &&
		outer.right >= inner.right &&
		outer.top <= inner.top &&
		outer.bottom >= inner.bottom
	);
}

function pairsOf<T>(list: readonly T[]): [T, T][] {
	return list.flatMap((one, index) => list.slice(index + 1).map((other): [T, T] => [one, other]));
}
