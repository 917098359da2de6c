import { choose, type Choice } from '../../shared/models/videoSpec';
import { estimateCredits as estimate } from '../../shared/models/credits';
import { DURATION_NOT_SUPPORTED } from '../description/fields';
import type { Operation } from '../../shared/generation/operation';
import { readWish } from '../input/parameters';

/** Makes no request. Its other fields are shared with Generate. */
export const estimateCredits: Operation<{ readonly choice: Choice }> = {
	fields: [
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			placeholder: 'Add option',
			default: {},
			displayOptions: { show: { operation: ['estimateCredits'] } },
			options: [DURATION_NOT_SUPPORTED],
		},
	],

	prepare: async (n8n, itemIndex) => ({ choice: choose(readWish(n8n, itemIndex, false)) }),

	async run({ input: { choice }, hint }) {
		choice.notes.forEach(hint);
		const { credits, note } = estimate(choice);
		const { offer, seconds, resolution, audio } = choice;
		return {
			json: {
				model: offer.id,
				duration: seconds,
				resolution: resolution ?? null,
				audio,
				credits,
				note,
			},
		};
	},
};
