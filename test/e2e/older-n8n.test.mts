import { OLDEST_N8N, TRIALS } from '../../tools/compat/trials.mts';

/** Long enough to install that n8n, should `npm test` not have done so already. */
jest.setTimeout(1_800_000);

const undoings: (() => Promise<void> | void)[] = [];

afterAll(async () => {
	for (const undo of undoings.reverse()) await undo();
});

it(`the example workflow works in n8n ${OLDEST_N8N}, the oldest that installs`, async () => {
	const trial = TRIALS.find(({ name }) => name === `n8n-${OLDEST_N8N}`);
	const { signal } = new AbortController();
	const outcome = await trial?.run({ signal, atEnd: (undo) => void undoings.push(undo) });

	expect(outcome).toEqual({ works: true, result: 'a video of 3.00 s (h264)' });
});
