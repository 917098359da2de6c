import { ProjectError, AbortError } from '../lib/errors';

/**
 * Work on a project that exists: when the execution is stopped meanwhile, the error names the project.
 * @param hint how its video can still be had
 * @throws {ProjectError} instead of {AbortError}
 */
export async function withProjectId<T>(
	projectId: string,
	hint: string,
	work: Promise<T>,
): Promise<T> {
	return await work.catch((error: unknown) => {
		if (!(error instanceof AbortError)) throw error as Error;
		throw new ProjectError(
			`Stopped before the video of project ${projectId} was handed on`,
			projectId,
			hint,
			error.code,
		);
	});
}
