import { choiceFields } from '../../shared/form/fields';
import { notesOfPrompt, readVideoParams } from '../../shared/form/parameters';
import type { GenerateBatch, GenerateInput } from '../../shared/generation/generateVideo';
import type { Operation } from '../../shared/generation/operation';
import { modelsWithout, type AspectRatio } from '../../shared/models/catalogue';
import { checkReferences, resolveTextSpec, takesReferences } from '../../shared/models/textToVideo';
import { resolveVideoSpec } from '../../shared/models/videoSpec';
import { parametersOf } from '../../shared/n8n/parameters';
import { GENERATING, readSettings, SETTINGS_FIELDS } from '../../shared/operations/generating';
import { ASPECT_RATIO, PROMPT, REFERENCES } from '../description/fields';
import { readPrompt } from '../input/prompt';
import { readReferenceImages, readReferences } from '../input/references';

const show = { operation: ['generate'] };
const hideWithoutReferences = { model: modelsWithout(takesReferences) };

export const generate: Operation<GenerateInput, GenerateBatch> = {
	...GENERATING,
	option: {
		name: 'Generate',
		value: 'generate',
		description: 'Make a video from a description',
		action: 'Generate a video from text',
	},
	fields: [
		{ ...PROMPT, displayOptions: { show } },
		...choiceFields(['generate', 'estimateCredits']),
		{ ...ASPECT_RATIO, displayOptions: { show } },
		{ ...REFERENCES, displayOptions: { show, hide: hideWithoutReferences } },
		...SETTINGS_FIELDS,
	],

	async prepare(n8n, itemIndex) {
		const aspectRatio = parametersOf(n8n, itemIndex).option(ASPECT_RATIO) as AspectRatio;
		const given = readReferences(n8n, itemIndex);
		const params = readVideoParams(n8n, itemIndex, false);
		const settings = readSettings(n8n, itemIndex, (plan) =>
			resolveTextSpec(
				resolveVideoSpec(params, plan),
				aspectRatio,
				given.length > 0,
				params.ifNotSupported,
			),
		);
		const prompt = readPrompt(n8n, itemIndex);
		const notes = [
			...notesOfPrompt(n8n, itemIndex),
			...checkReferences(
				prompt,
				given.map(({ name }) => name),
			),
		];
		const references = await readReferenceImages(n8n, given, itemIndex, settings.output.timeout);
		return { ...settings, notes, prompt, aspectRatio, references };
	},
};
