import { formatList, formatDuration } from '../lib/text';

/** A video that a run has made or begun. */
export interface Made {
	readonly id: string;
	/** Credits; `null`: the API does not say. */
	readonly charged: number | null;
	/** Credits; `null`: no rate is published. */
	readonly estimated: number | null;
	readonly finished: boolean;
}

/**
 * What to tell a person of a run, in one sentence or two for however many videos.
 * @param milliseconds what the run has taken
 */
export function summaryOf(made: readonly Made[], milliseconds: number): string[] {
	const finished = made.filter((video) => video.finished);
	const begun = made.filter((video) => !video.finished);
	const notes: string[] = [];
	if (finished.length > 0) {
		notes.push(`${videos(finished)} in ${formatDuration(milliseconds)}: ${creditsOf(finished)}.`);
	}
	if (begun.length > 0) {
		notes.push(`${videos(begun)} begun: ${creditsOf(begun)}. ${stillRendering(begun)}`);
	}
	return notes;
}

/** Says which videos there are to come, and how to get them. */
export function stillRendering(projects: ReadonlyArray<{ readonly id: string }>): string {
	const ids = formatList(projects.map(({ id }) => id));
	return projects.length === 1
		? `Still rendering: project ${ids}. Use the Get operation with this project ID to get the video.`
		: `Still rendering: projects ${ids}. Use the Get operation with each project ID to get the videos.`;
}

function videos({ length }: readonly Made[]): string {
	return length === 1 ? '1 video' : `${length} videos`;
}

function creditsOf(made: readonly Made[]): string {
	const charged = sumOf(made.map((video) => video.charged));
	const estimated = sumOf(made.map((video) => video.estimated));
	return (
		(charged === null ? 'charge not known' : `${charged} credits charged`) +
		(estimated === null ? ' (no estimate: price unknown)' : ` (estimated ${estimated})`)
	);
}

/** `null` when a part of it is not known: a sum of the rest would mislead. */
function sumOf(credits: ReadonlyArray<number | null>): number | null {
	return credits.reduce<number | null>(
		(sum, each) => (sum === null || each === null ? null : sum + each),
		0,
	);
}
