import type { EditorPage } from '../../../tools/n8n/editor-page.mts';

/** How the tests of the editor read the form of a node that makes videos. */

/** What the menus' values are in the form. */
export const DEFAULTS = {
	model: { __rl: true, mode: 'list', value: 'default', cachedResultName: 'Default' },
	duration: 5,
	resolution: '720p',
};

/** Without those that say what they are themselves: the credential and the operation. */
export async function fieldLabels(editor: EditorPage): Promise<string[]> {
	const labels = await editor.labels();
	return labels.filter((label) => label !== 'Operation' && !label.startsWith('Credential for'));
}

/** An entry of the list of models: the name, and whatever is said of it. */
export const entryOf = (name: string): RegExp =>
	new RegExp(`^\\s*${name.replaceAll('.', '\\.')}( \\(Legacy\\))?(\\s*$| ·)`);

/** The numbers that the entries of the Duration menu begin with. */
export async function secondsIn(entries: Promise<string[]>): Promise<number[]> {
	return (await entries).map((entry) => Number(/^\s*(\d+) s\b/.exec(entry)?.[1]));
}

/** What the entries of the Resolution menu begin with. */
export async function resolutionsIn(entries: Promise<string[]>): Promise<string[]> {
	return (await entries).map((entry) => entry.trim().split(' ', 1).join(''));
}
