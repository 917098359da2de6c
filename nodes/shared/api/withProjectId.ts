import { AbortError, ProjectError, RequestError } from '../lib/errors';

/**
 * Work on a project that exists: whatever goes wrong, the error names the project.
 * @param hint how its video can still be had
 * @throws {ProjectError} instead of any other error
 */
export async function withProjectId<T>(
	projectId: string,
	hint: string,
	work: Promise<T>,
): Promise<T> {
	return await work.catch((error: unknown) => {
		if (error instanceof ProjectError) throw error;
		if (error instanceof AbortError) {
			throw new ProjectError(
				`Stopped before the video of project ${projectId} was handed on`,
				projectId,
				hint,
				error.code,
			);
		}
		const { message } = error instanceof Error ? error : { message: String(error) };
		const { code, status } =
			error instanceof RequestError
				? error
				: { code: 'MAGIC_HOUR_UNEXPECTED_ERROR' as const, status: undefined };
		throw new ProjectError(
			`The video of project ${projectId} was not handed on: ${message}`,
			projectId,
			hint,
			code,
			status,
		);
	});
}
