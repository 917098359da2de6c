import { ProjectFailure, Stopped } from '../lib/errors';

/**
 * Work on a project that exists: when the execution is stopped meanwhile, the error names the project.
 * @param hint how its video can still be had
 * @throws {ProjectFailure} instead of {Stopped}
 */
export async function namingProject<T>(
	projectId: string,
	hint: string,
	work: Promise<T>,
): Promise<T> {
	return await work.catch((error: unknown) => {
		if (!(error instanceof Stopped)) throw error as Error;
		throw new ProjectFailure(
			`Stopped before the video of project ${projectId} was handed on`,
			projectId,
			hint,
		);
	});
}
