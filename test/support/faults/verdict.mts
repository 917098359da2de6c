import type { FaultVerdict, Outcome } from '../../../tools/docs/fault-matrix-document.mts';
import { ITEM_TIMEOUT, PATIENCE_SECONDS, type Trial } from './lane.mts';
import type { Behaviour, Count, FaultRow, Stage } from './table.mts';

function expectedOutcome(behaviour: Behaviour, stage: Stage, count: Count): Outcome {
	if (behaviour === 'unknown') return 'unknown';
	if (behaviour === 'harmless') return 'video';
	if (behaviour === 'stopped' && stage === 'create') return 'project';
	if (behaviour !== 'stopped' && behaviour !== 'final' && count !== Infinity) return 'video';
	return stage === 'poll' || stage === 'download' ? 'project' : 'nothing';
}

/** Seconds of the node's time that a busy machine may add. */
const SLACK = 120;
/** Seconds that waiting may end before the timeout, since the next try would come after it. */
const LONGEST_WAIT = 60;

/** Says what has to be done. */
const ADVICE = /\b(check|try|change|buy|choose|wait|look|open|use the|give|raise|run)\b/i;
/** No person reads more. */
const LONGEST_TEXT = 1_200;

/** Judges a trial by its row: what the item becomes, what it costs, and what a person is told. */
export function judge(
	row: FaultRow,
	stage: Stage,
	count: Count,
	behaviour: Behaviour,
	trial: Trial,
	video: Buffer | undefined,
): FaultVerdict {
	const expected = expectedOutcome(behaviour, stage, count);
	const { run, projects } = trial;
	const message = run.error?.message ?? '';
	const advice = run.error?.description ?? '';
	const seen = seenOutcome(trial, `${message} ${advice}`);
	const problems: string[] = [];
	const demand = (isSo: boolean, problem: string): void => {
		if (!isSo) problems.push(problem);
	};

	demand(seen === expected, `ends with ${seen}: ${message || run.status}`);
	const created = { video: 1, project: 1, nothing: 0, unknown: row.leaves ?? 0 }[expected];
	demand(projects.length === created, `${projects.length} projects were created`);

	const problem = checkTries(row, stage, count, behaviour, trial);
	if (problem !== undefined) problems.push(problem);

	if (expected === 'video') {
		demand(video?.equals(trial.wholeVideo) ?? false, 'the video is not the one that was made');
	} else {
		const says = typeof row.says === 'function' ? row.says(stage) : row.says;
		demand(run.status === 'error', `n8n calls it ${run.status}`);
		demand(says.test(`${message} ${advice}`), `does not say ${String(says)}: ${message} ${advice}`);
		// Whoever has stopped it before anything was paid for knows what to do.
		const needsAdvice = behaviour !== 'stopped' || expected !== 'nothing';
		demand(!needsAdvice || ADVICE.test(advice), `does not say what to do: ${advice}`);
		demand(message.length + advice.length < LONGEST_TEXT, 'the message is too long to read');
	}
	if (expected === 'project') {
		demand(`${message} ${advice}`.includes(projects[0] ?? 'no project'), 'names no project');
		demand(
			row.gone === stage || /\bGet operation\b/.test(advice),
			`does not say how to go on: ${advice}`,
		);
	}
	if (expected === 'unknown') {
		demand(advice.includes(trial.workflow), `does not say what the project is called: ${advice}`);
		demand(/library/.test(advice), `does not say where to look: ${advice}`);
		demand(/\bGet operation\b/.test(advice), `does not say how to go on: ${advice}`);
	}

	const seconds = (trial.ended - trial.begun) / 1_000;
	demand(
		seconds < ITEM_TIMEOUT + PATIENCE_SECONDS + SLACK,
		`takes ${Math.round(seconds)} s, with a timeout of ${ITEM_TIMEOUT} s`,
	);
	if (behaviour === 'waits' && count === Infinity) {
		demand(
			seconds > ITEM_TIMEOUT - LONGEST_WAIT,
			`gives up after ${Math.round(seconds)} s, with a timeout of ${ITEM_TIMEOUT} s`,
		);
	}

	problems.push(...leaks(trial));
	return { seen, problems };
}

function seenOutcome({ run, projects }: Trial, text: string): Outcome {
	if (run.error === undefined) return 'video';
	if (/may (exist|have been created)/.test(text)) return 'unknown';
	return projects.some((id) => text.includes(id)) ? 'project' : 'nothing';
}

/** Requests of the stage that were made, and when (ms of the node's time), those that never arrived included. */
function triesOf(stage: Stage, { requests, lost }: Trial): number[] {
	const arrived = requests.filter(({ kind }) => kind === stage).map(({ at }) => at);
	return [...arrived, ...lost].sort((a, b) => a - b);
}

function checkTries(
	row: FaultRow,
	stage: Stage,
	count: Count,
	behaviour: Behaviour,
	trial: Trial,
): string | undefined {
	const tries = triesOf(stage, trial);
	const sent = `${tries.length} requests were sent`;
	if (behaviour === 'final' || behaviour === 'unknown' || behaviour === 'stopped') {
		return tries.length === 1 ? undefined : `${sent}, although it must not be repeated`;
	}
	if (behaviour === 'harmless') return undefined;
	const least = count === Infinity ? 2 : count + 1;
	if (tries.length < least) return `${sent}: not as often as the fault allows`;
	// A project is asked for again while it is made, too.
	if (count !== Infinity && stage !== 'poll' && tries.length > least) {
		return `${sent}: more than needed`;
	}
	const [first = 0, second = 0] = tries;
	const wait = Math.floor((second - first) / 1_000);
	if (wait < (row.leastWait?.[stage] ?? 0)) return `comes back after ${wait} s`;
	const since = (second - trial.begun) / 1_000;
	if (since < (row.notBefore ?? 0)) return `comes back at ${Math.round(since)} s`;
	return undefined;
}

/** The key belongs to the API alone, and into no text. */
function leaks({ run, requests, elsewhere, apiKey }: Trial): string[] {
	const problems: string[] = [];
	if (run.visible.includes(apiKey)) problems.push('the API key is in the run data or the log');
	for (const { kind, headers } of requests) {
		const isFile = kind === 'upload' || kind === 'download';
		if (isFile && headers.authorization !== 'absent') problems.push(`${kind} carries a key`);
	}
	for (const { method, head, body } of elsewhere) {
		const text = `${head.join('\n')}\n${body}`;
		if (/authorization/i.test(text) || text.includes(apiKey)) {
			problems.push(`the API key is sent to another host (${method})`);
		}
		if (method !== 'GET') problems.push(`a ${method} request is sent to another host`);
	}
	return problems;
}
