import type { N8nWorkflow } from './n8n.mts';
import { nodeNamed, readWorkflow } from './workflow-files.mts';

/** The names of the nodes in workflows/image-to-video.json. */
export const EXAMPLE_NODES = {
	trigger: 'When clicking ‘Execute workflow’',
	read: 'Read Image',
	generate: 'Image To Video',
	write: 'Write Video',
} as const;

/** What a user may ask for; the rest is as the workflow has it. */
export interface VideoWishes {
	model?: string | undefined;
	seconds?: number | undefined;
	resolution?: string | undefined;
	prompt?: string | undefined;
	audio?: boolean | undefined;
}

interface ExampleFiles {
	/** Read as a glob pattern by n8n's node. */
	imageFile: string;
	videoFile: string;
}

/** The example workflow with an id, files, a credential and wishes filled in. */
export async function exampleWorkflow(
	id: string,
	credential: { id: string; name: string; type: string },
	{ imageFile, videoFile }: ExampleFiles,
	wishes: VideoWishes = {},
): Promise<N8nWorkflow & { id: string }> {
	const workflow = await readWorkflow('image-to-video');
	const parametersOf = (name: string): Record<string, unknown> =>
		nodeNamed(workflow, name).parameters;

	parametersOf(EXAMPLE_NODES.read).fileSelector = imageFile;
	parametersOf(EXAMPLE_NODES.write).fileName = videoFile;
	nodeNamed(workflow, EXAMPLE_NODES.generate).credentials = {
		[credential.type]: { id: credential.id, name: credential.name },
	};
	const { model, seconds, resolution, prompt, audio } = wishes;
	const wished = {
		// By id, which takes any model: the list is only a menu.
		model: model === undefined ? undefined : { __rl: true, mode: 'id', value: model },
		duration: seconds,
		resolution,
		prompt,
		audio,
	};
	const given = Object.entries(wished).filter(([, value]) => value !== undefined);
	Object.assign(parametersOf(EXAMPLE_NODES.generate), Object.fromEntries(given));
	return { ...workflow, id };
}
