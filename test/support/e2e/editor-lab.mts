import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EditorPage } from '../../../tools/n8n/editor-page.mts';
import { ARTEFACTS_DIRECTORY } from '../../../tools/pack.mts';
import { startLab, type Lab } from '../../../tools/n8n/lab-n8n.mts';

// Everything waits for what it needs, on machines that may have other things to do.
jest.setTimeout(300_000);

const SCREENSHOTS = join(ARTEFACTS_DIRECTORY, 'screenshots');
const PATIENCE_MS = 60_000;
const LOOK_AGAIN_MS = 100;

/** A real n8n with the packed package and a local Magic Hour API, and a person in its editor. */
export interface EditorLab extends Lab {
	readonly editor: EditorPage;
}

/** One for the whole file: begun before its tests, closed after them. */
export function useEditorLab(): () => EditorLab {
	let lab: Lab | undefined;
	let opened: EditorLab | undefined;
	beforeAll(async () => {
		lab = await startLab();
		const editor = await EditorPage.open({ url: lab.executions.url, owner: lab.owner });
		opened = Object.assign(lab, { editor });
	});
	afterAll(async () => {
		await opened?.editor.close();
		await lab?.close();
	});
	return () => {
		if (opened === undefined) throw new Error('The editor has not been opened');
		return opened;
	};
}

/** A test that leaves a picture of the editor, however it ends: test-artifacts/screenshots. */
export function itPictured(
	name: string,
	lab: () => EditorLab,
	work: (lab: EditorLab) => Promise<void>,
): void {
	it(name, async () => {
		const { editor } = lab();
		const picture = (prefix: string) =>
			editor.picture(join(SCREENSHOTS, `${prefix}${name.replace(/[^\w]+/g, '-')}.png`));
		try {
			await work(lab());
		} catch (error) {
			await picture('FAILED-');
			throw error;
		}
		await picture('');
	});
}

/** Looks again and again until what is seen is as expected: what a person sees comes when it comes. */
export async function eventually(check: () => Promise<void>): Promise<void> {
	const giveUpAt = Date.now() + PATIENCE_MS;
	for (;;) {
		try {
			await check();
			return;
		} catch (error) {
			if (Date.now() > giveUpAt) throw error;
		}
		await sleep(LOOK_AGAIN_MS);
	}
}
