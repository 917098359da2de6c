import {
	summaryOf,
	stillRendering,
	type Made,
} from '../../../../nodes/shared/generation/runSummary.ts';

const video = (more: Partial<Made> = {}): Made => ({
	id: 'p1',
	charged: 240,
	estimated: 240,
	finished: true,
	...more,
});

test('one video', () => {
	expect(summaryOf([video()], 74_400)).toEqual([
		'1 video in 1 min 14 s: 240 credits charged (estimated 240).',
	]);
});

test('many videos: the sums, and the time of all together', () => {
	expect(summaryOf([video(), video({ charged: 200 }), video()], 90_000)).toEqual([
		'3 videos in 1 min 30 s: 680 credits charged (estimated 720).',
	]);
});

test('what is not known is not guessed', () => {
	expect(summaryOf([video(), video({ estimated: null })], 45_000)).toEqual([
		'2 videos in 45 s: 480 credits charged (no estimate: price unknown).',
	]);
	expect(summaryOf([video(), video({ charged: null })], 45_000)).toEqual([
		'2 videos in 45 s: charge not known (estimated 480).',
	]);
});

test('a video that is not waited for: its id, and how to get it', () => {
	expect(summaryOf([video({ finished: false })], 900)).toEqual([
		'1 video begun: 240 credits charged (estimated 240). Still rendering: project p1. Use the Get operation with this project ID to get the video.',
	]);
});

test('finished ones and others are told apart', () => {
	const notes = summaryOf([video(), video({ id: 'p2', finished: false })], 60_000);
	expect(notes).toHaveLength(2);
	expect(notes[0]).toBe('1 video in 1 min 0 s: 240 credits charged (estimated 240).');
	expect(notes[1]).toContain('project p2');
});

test('a run that made nothing says nothing', () => {
	expect(summaryOf([], 1_000)).toEqual([]);
});

test('a thousand ids are not listed', () => {
	const projects = Array.from({ length: 1_000 }, (_, index) => ({ id: `p${index}` }));
	expect(stillRendering(projects)).toBe(
		'Still rendering: projects p0, p1, p2, p3, p4 and 995 more. Use the Get operation with each project ID to get the videos.',
	);
});
