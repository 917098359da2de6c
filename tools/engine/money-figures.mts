import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a random test of payments has counted. */
export interface Figures {
	/** Executions with all that was tried of them after. */
	readonly chains: number;
	readonly executions: number;
	readonly videosWanted: number;
	/** Create requests at the API. */
	readonly creates: number;
	/** Of these, those that are certain to have created nothing. */
	readonly refused: number;
	/** Projects that are charged. */
	readonly paid: number;
	/** Projects that failed or were canceled. */
	readonly ended: number;
	/** Projects whose ID no answer gave: their names are in the log. */
	readonly unknown: number;
	/** Videos in the output of the last execution of their chain. */
	readonly delivered: number;
	readonly stops: number;
	readonly problems: number;
}

export const NO_FIGURES: Figures = {
	...{ chains: 0, executions: 0, videosWanted: 0, creates: 0, refused: 0, paid: 0 },
	...{ ended: 0, unknown: 0, delivered: 0, stops: 0, problems: 0 },
};

export function addFigures(one: Figures, other: Figures): Figures {
	const names = Object.keys(one) as (keyof Figures)[];
	return Object.fromEntries(names.map((name) => [name, one[name] + other[name]])) as never;
}

/** Where the test leaves them. */
export const FIGURES_FILE = join(tmpdir(), 'magic-hour-money-figures.json');
