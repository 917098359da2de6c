import type { ProjectFields } from '../../../../nodes/shared/api/schemas.ts';
import { simplify } from '../../../../nodes/shared/api/simplifiedProject.ts';

const COMPLETE: ProjectFields = {
	id: 'p1',
	name: 'Lighthouse',
	status: 'complete',
	type: 'IMAGE_TO_VIDEO',
	created_at: '2026-11-23T12:00:00Z',
	width: 1280,
	height: 720,
	start_seconds: 0,
	end_seconds: 5,
	credits_charged: 240,
	fps: 30,
	downloads: [
		{ url: 'https://videos.example/a.mp4', expires_at: '2026-11-24T12:00:00Z' },
		{ url: 'https://videos.example/b.mp4' },
	],
};

test('a complete project', () => {
	expect(simplify(COMPLETE)).toEqual({
		id: 'p1',
		name: 'Lighthouse',
		status: 'complete',
		credits_charged: 240,
		seconds: 5,
		width: 1280,
		height: 720,
		fps: 30,
		created_at: '2026-11-23T12:00:00Z',
		video_url: 'https://videos.example/a.mp4',
		video_url_expires_at: '2026-11-24T12:00:00Z',
		error: null,
		credits_estimated: null,
	});
	expect(simplify(COMPLETE, 240).credits_estimated).toBe(240);
});

test('a name that was cut within an emoji goes on without the half', () => {
	expect(simplify({ ...COMPLETE, name: 'Sea \ud83d' }).name).toBe('Sea ');
	expect(simplify({ ...COMPLETE, name: '\ude0a Sea 🌊' }).name).toBe(' Sea 🌊');
});

test('has the same fields when next to nothing is known', () => {
	const simple = simplify({ id: 'p1', status: 'queued', downloads: [] });
	expect(Object.keys(simple)).toEqual(Object.keys(simplify(COMPLETE)));
	const { id, status, ...others } = simple;
	expect({ id, status }).toEqual({ id: 'p1', status: 'queued' });
	expect(Object.values(others).every((value) => value === null)).toBe(true);
});

test.each<[string, Partial<ProjectFields>, object]>([
	['nothing charged is 0, not unknown', { credits_charged: 0 }, { credits_charged: 0 }],
	['-1 is no size', { width: -1, height: -1 }, { width: null, height: null }],
	['a length from a start', { start_seconds: 2, end_seconds: 7 }, { seconds: 5 }],
	['a length without a start', { start_seconds: undefined, end_seconds: 7 }, { seconds: 7 }],
	['no end', { end_seconds: null }, { seconds: null }],
	[
		'a download without an end',
		{ downloads: [{ url: 'https://a.example/b' }] },
		{ video_url_expires_at: null },
	],
	['no frame rate', { fps: null }, { fps: null }],
])('%s', (_, fields, expected) => {
	expect(simplify({ ...COMPLETE, ...fields })).toMatchObject(expected);
});

test('a project that failed says why, and only that', () => {
	const error = { code: 'no_source_face', message: 'No face was found' };
	const reason = (given: typeof error | { message: string } | { code: string }) =>
		simplify({ ...COMPLETE, status: 'error', error: given }).error;
	expect(reason(error)).toEqual(error);
	expect(reason({ message: 'Oh' })).toEqual({ code: null, message: 'Oh' });
	expect(reason({ code: 'oh' })).toEqual({ code: 'oh', message: null });
});
