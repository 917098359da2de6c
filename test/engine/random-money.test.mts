import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import type { Outcome } from '../../local-api/server.mts';
import { ImageToVideo } from '../../nodes/ImageToVideo/ImageToVideo.node.ts';
import { systemClock } from '../../nodes/shared/lib/clock.ts';
import { TextToVideo } from '../../nodes/TextToVideo/TextToVideo.node.ts';
import {
	addFigures,
	FIGURES_FILE,
	NO_FIGURES,
	type Figures,
} from '../../tools/engine/money-figures.mts';
import type { EngineRun, Retry } from '../../tools/engine/engine.mts';
import { png } from '../../tools/engine/images.mts';
import { FAULTS, STAGES, type Behaviour, type FaultRow } from '../support/faults/table.mts';
import { imageItem, openLab, type Lab } from '../support/engine/lab.mts';
import { seededRandom } from '../support/seeded-random.mts';

/**
 * Whatever goes wrong, in whatever order: nobody pays twice, and no video is lost. Each chain is an execution with faults
 * at any request, n8n's own tries, a person who stops it, and retries of it by a person. What is checked is what the API
 * has had. `npm run bench money` runs many of them. A chain that fails is run alone by MONEY_SEED, and MONEY_CHAINS=1.
 */
const CHAINS = Number(process.env.MONEY_CHAINS ?? 20);
const FIXED_SEED = 20261125;
/** A fixed one, and one that is another each time: it is in the names of the tests. */
const SEEDS = process.env.MONEY_SEED
	? [Number(process.env.MONEY_SEED)]
	: [FIXED_SEED, Math.floor(Date.now() % 1e9)];

jest.setTimeout(60_000 + CHAINS * 5_000);

let lab: Lab;
let onRequest = (): void => undefined;
let figures: Figures = NO_FIGURES;

afterAll(() => {
	mkdirSync(dirname(FIGURES_FILE), { recursive: true });
	writeFileSync(FIGURES_FILE, JSON.stringify(figures, undefined, '\t'));
});

/** Those that the local API can have by itself, and that don't take minutes of real time. */
const LOCAL_FAULTS = FAULTS.filter(
	(row) => row.stop === undefined && row.silent === undefined && !isDetour(row),
);
const SILENCE = FAULTS.filter(({ name }) => name === 'time-out: no answer');
const ALL_FAULTS = [...LOCAL_FAULTS, ...SILENCE];

function isDetour(row: FaultRow): boolean {
	return 'detour' in row.how('poll', { begun: 0, elsewhere: 'http://127.0.0.1:9/' });
}

const OUTCOMES: Outcome[] = [
	...Array<Outcome>(6).fill({ status: 'complete' }),
	{ status: 'error', code: 'unknown_error', message: 'Try again' },
	{ status: 'canceled' },
];

/** What Magic Hour charges nothing for in the end, so that it may be asked for again. */
const ENDED = ['error', 'canceled'];

interface Dice {
	below(limit: number): number;
	chance(share: number): boolean;
	of<T>(choices: readonly T[]): T;
}

function diceOf(seed: number): Dice {
	const random = seededRandom(seed);
	const below = (limit: number): number => Math.floor(random() * limit);
	return {
		below,
		chance: (share) => random() < share,
		of: (choices) => choices[below(choices.length)] as never,
	};
}

/** Of a create request: that it is certain that nothing was created. */
const CERTAIN: readonly (Behaviour | undefined)[] = ['passes', 'waits', 'final'];

const createsSoFar = () => lab.api.requests.filter(({ kind }) => kind === 'create');

/**
 * Lets requests go wrong.
 * @param certain of each create request, in order, whether it is certain to create nothing; `undefined`: nothing goes wrong
 *   with it. Those that are still to come are added
 */
function setFaults(dice: Dice, certain: Array<boolean | undefined>): void {
	while (certain.length < createsSoFar().length) certain.push(undefined);
	for (let count = dice.below(5); count > 0; count--) {
		// Most of the requests that pay.
		const stage = dice.chance(0.4) ? 'create' : dice.of(STAGES);
		const rows = ALL_FAULTS.filter((row) => typeof row.at[STAGES.indexOf(stage)] === 'string');
		const row = dice.of(rows);
		const times = 1 + dice.below(3);
		const context = { begun: systemClock.date(), elsewhere: 'http://127.0.0.1:9/' };
		const fault = row.how(stage, context);
		if ('detour' in fault) throw new Error(`${row.name} is no fault of the API`);
		lab.api.setFault(stage, fault, times);
		if (stage !== 'create') continue;
		const behaviour = row.at[STAGES.indexOf(stage)] as Behaviour;
		certain.push(...Array<boolean>(times).fill(CERTAIN.includes(behaviour)));
	}
}

const itemOf = (name: string): string => /item (\d+)$/.exec(name)?.[1] ?? `none in ${name}`;

/** Runs one chain, and finds what must not be. @returns problems */
async function chainOf(seed: number): Promise<string[]> {
	lab.api.reset();
	onRequest = () => undefined;
	const dice = diceOf(seed);
	const count = 1 + dice.below(4);
	const isWaiting = dice.chance(0.7);
	const limit = dice.chance(0.3) ? Math.max(1, count - 1 + dice.below(4)) : undefined;
	const rooms = dice.chance(0.2) ? dice.below(5) : undefined;
	const balance = lab.api.balance('business');
	const cost = 24;
	const parameters = {
		model: { __rl: true, mode: 'list', value: 'ltx-2.3' },
		duration: 1,
		resolution: '480p',
		prompt: dice.chance(0.3) ? '={{ $now.toISO() }}' : 'Waves',
		waitForCompletion: isWaiting,
		downloadVideo: isWaiting && dice.chance(0.3),
		options: {
			timeout: dice.of([20, 60, 600]),
			...(isWaiting ? { concurrentProjects: 1 + dice.below(3) } : {}),
			...(limit === undefined ? {} : { maxVideosPerDay: limit }),
			...(rooms === undefined ? {} : { keepInReserve: balance - rooms * cost }),
		},
	};
	const isSameImage = dice.chance(0.5);
	const isChanging = parameters.prompt !== 'Waves';
	const options = {
		items: Array.from({ length: count }, (_, n) =>
			imageItem(png(320, 180, isSameImage ? 0 : n), { n }),
		),
		workflowId: `chain-${seed}`,
		workflowName: 'Chain',
		onError: dice.of(['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'] as const),
		...(dice.chance(0.5) ? { retryOnFail: true, maxTries: 2 + dice.below(4) } : {}),
		waitBetweenTries: 10,
	};
	const certain: Array<boolean | undefined> = [];
	setFaults(dice, certain);

	const runs: EngineRun[] = [];
	let retry: Retry | undefined;
	let stops = 0;
	for (let execution = 1; execution <= 3; execution++) {
		lab.api.setOutcome(dice.of(OUTCOMES));
		const started = lab.start(parameters, {
			...options,
			executionId: `${seed}0${execution}`,
			...(retry && { retry }),
		});
		let left = dice.chance(0.25) ? 1 + dice.below(3 + 4 * count) : Infinity;
		onRequest = () => {
			if (--left === 0) started.cancel();
		};
		const run = await started.result;
		runs.push(run);
		const isStopped = left <= 0;
		if (isStopped) stops++;
		if (run.status === 'success' || !dice.chance(0.7)) break;
		// What n8n has kept of an execution that was stopped, or of one that was killed with it.
		const kept =
			isStopped || dice.chance(0.2) ? dice.of(['that it began', 'nothing'] as const) : 'all';
		// Of a retry that was killed, n8n has what it began with: another one of the same execution.
		if (kept === 'all' || retry === undefined || dice.chance(0.5)) retry = { of: run.data, kept };
		if (dice.chance(0.5)) setFaults(dice, certain);
	}

	// A person's retry that says something else asks for another video; a try that n8n makes by itself doesn't.
	const wanted = count * (isChanging ? runs.length : 1);
	const problems: string[] = [];
	const { projects, requests } = lab.api;
	const creates = createsSoFar();
	const visible = runs.map((run) => run.visible).join('\n');
	const refused = certain.slice(0, creates.length).filter(Boolean).length;
	const paid = projects.filter(({ status }) => !ENDED.includes(status));
	const ended = projects.length - paid.length;

	for (let item = 0; item < count; item++) {
		const own = paid.filter(({ name }) => itemOf(name) === String(item));
		if (own.length > wanted / count) problems.push(`item ${item} was paid ${own.length} times`);
	}
	if (creates.length - refused > wanted + ended) {
		problems.push(
			`${creates.length} requests, of which ${refused} were refused for certain and ${ended} projects ended, for ${wanted} videos`,
		);
	}
	for (const { id, name } of projects) {
		if (!visible.includes(`Magic Hour is asked for a video: ${JSON.stringify(name)}`)) {
			problems.push(`${name} is not in the log`);
		}
		const isGiven = requests.some(
			({ kind, projectId }) => projectId === id && (kind === 'poll' || kind === 'download'),
		);
		if (isGiven && !visible.includes(`Magic Hour project ${id} was created`)) {
			problems.push(`${id} is not in the log`);
		}
	}
	const unseen = projects.filter(({ id }) => !visible.includes(id)).length;
	const unknown = certain.slice(0, creates.length).filter((each) => each === false).length;
	if (unseen > unknown) problems.push(`${unseen} IDs are nowhere, and ${unknown} may be`);
	const last = runs.at(-1);
	const delivered = last?.output[0]?.filter(({ json }) => 'id' in json) ?? [];
	if (last?.status === 'success' && delivered.length === count) {
		const ids = new Set(delivered.map(({ json }) => json.id));
		if (ids.size !== count) problems.push(`${count} items have ${ids.size} videos`);
		if (unseen === 0 && paid.length !== count && isWaiting && !isChanging) {
			problems.push(`${paid.length} projects for ${count} videos`);
		}
	}
	if (limit !== undefined && projects.length > limit) {
		problems.push(`${projects.length} videos, and ${limit} a day are allowed`);
	}
	if (rooms !== undefined && lab.api.balance('business') < balance - rooms * cost) {
		problems.push(`${balance - lab.api.balance('business')} credits charged of ${rooms * cost}`);
	}

	figures = addFigures(figures, {
		chains: 1,
		executions: runs.length,
		videosWanted: wanted,
		creates: creates.length,
		refused,
		paid: paid.length,
		ended,
		unknown: unseen,
		delivered: delivered.length,
		stops,
		problems: problems.length,
	});
	return problems.map((problem) => `seed ${seed}: ${problem}`);
}

describe.each([new ImageToVideo(), new TextToVideo()])('$description.displayName', (node) => {
	beforeAll(async () => {
		lab = await openLab({
			node,
			onRequest: () => {
				onRequest();
			},
		});
	});

	afterEach(() => {
		onRequest = () => undefined;
		lab.api.reset();
	});

	afterAll(async () => {
		await lab.close();
	});

	describe.each(SEEDS)('seed %i', (first) => {
		it(`${CHAINS} chains of faults, tries, stops and retries: each video is paid once, and none is lost`, async () => {
			const problems: string[] = [];
			for (let chain = 0; chain < CHAINS; chain++) problems.push(...(await chainOf(first + chain)));

			expect(problems).toEqual([]);
		});
	});
});
