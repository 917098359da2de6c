import { ProjectError, AbortError } from '../../../../nodes/shared/lib/errors.ts';
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

	test('keeps its result, and every other failure', async () => {
		await expect(withProjectId(ID, HINT, Promise.resolve(7))).resolves.toBe(7);
		await rejectionOf(TypeError, withProjectId(ID, HINT, Promise.reject(new TypeError('bug'))));
	});
});
