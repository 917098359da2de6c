import { ProjectFailure, Stopped } from '../../../../nodes/shared/lib/errors.ts';
import { namingProject } from '../../../../nodes/shared/api/withProjectId.ts';
import { rejectionOf } from '../../../support/failure-of.mts';

const ID = 'p1';
const HINT = 'Use Get';

describe('work on a project', () => {
	test('that is stopped names the project', async () => {
		const stopped = namingProject(ID, HINT, Promise.reject(new Stopped('stopped')));
		const failure = await rejectionOf(ProjectFailure, stopped);
		expect(failure.message).toContain(ID);
		expect(failure).toMatchObject({ projectId: ID, hint: HINT });
	});

	test('keeps its result, and every other failure', async () => {
		await expect(namingProject(ID, HINT, Promise.resolve(7))).resolves.toBe(7);
		await rejectionOf(TypeError, namingProject(ID, HINT, Promise.reject(new TypeError('bug'))));
	});
});
