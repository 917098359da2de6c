import { AbortError, ProjectError, RequestError } from '../../../../nodes/shared/lib/errors.ts';
import { withProjectId } from '../../../../nodes/shared/api/withProjectId.ts';
import { rejectionOf } from '../../../support/failure-of.mts';

const ID = 'p1';
const HINT = 'Use Get';

describe('work on a project', () => {
	test('that is stopped names the project', async () => {
		const stopped = withProjectId(ID, HINT, Promise.reject(new AbortError('stopped')));
		const failure = await rejectionOf(ProjectError, stopped);
		expect(failure.message).toContain(ID);
		expect(failure).toMatchObject({ projectId: ID, hint: HINT });
	});

	test('keeps its result, and an error that names the project already', async () => {
		await expect(withProjectId(ID, HINT, Promise.resolve(7))).resolves.toBe(7);
		const named = new ProjectError(
			'Project p1 failed',
			ID,
			'Another hint',
			'MAGIC_HOUR_PROJECT_FAILED',
		);
		await expect(withProjectId(ID, HINT, Promise.reject(named))).rejects.toBe(named);
	});

	test.each<[string, unknown]>([
		['of Node', Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' })],
		["of n8n's database", new Error('timeout exceeded when trying to connect')],
		['that is a bug', new TypeError('x is not a function')],
		['that is no error', 'a text'],
	])('names the project in an error %s', async (_, error) => {
		const thrown = Promise.reject(error as Error);
		const failure = await rejectionOf(ProjectError, withProjectId(ID, HINT, thrown));
		expect(failure).toMatchObject({ projectId: ID, hint: HINT });
		expect(failure.message).toContain(error instanceof Error ? error.message : error);
		expect(failure.message).toContain(ID);
	});

	test('keeps the status of an answer', async () => {
		const refused = new RequestError({
			code: 'MAGIC_HOUR_RATE_LIMITED',
			message: 'Could not get it (429)',
			hint: '',
			fate: 'refused',
			status: 429,
			temporary: true,
		});
		const failure = await rejectionOf(
			ProjectError,
			withProjectId(ID, HINT, Promise.reject(refused)),
		);
		expect(failure).toMatchObject({ status: 429, code: 'MAGIC_HOUR_RATE_LIMITED' });
	});
});
