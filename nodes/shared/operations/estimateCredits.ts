import { resolveVideoSpec, type VideoSpec } from '../models/videoSpec';
import { estimateCredits as estimate } from '../models/credits';
import { NOT_SUPPORTED, optionsField } from '../form/fields';
import type { Operation } from '../generation/operation';
import { readVideoParams } from '../form/parameters';

/** Makes no request. Its other fields are shared with Generate. */
export const estimateCredits: Operation<{ readonly spec: VideoSpec }> = {
	option: {
		name: 'Estimate Credits',
		value: 'estimateCredits',
		description: 'Work out what a video would cost, without making it or any request',
		action: 'Estimate the credits of a video',
	},
	needsCredential: false,
	fields: [optionsField('estimateCredits', [NOT_SUPPORTED])],

	prepare: async (n8n, itemIndex) => ({
		spec: resolveVideoSpec(readVideoParams(n8n, itemIndex, false)),
	}),

	async run({ input: { spec }, hint }) {
		spec.notes.forEach(hint);
		const { credits, note } = estimate(spec);
		const { selection, seconds, resolution, audio } = spec;
		return {
			json: {
				model: selection.id,
				duration: seconds,
				resolution: resolution ?? null,
				audio,
				credits,
				note,
			},
		};
	},
};
