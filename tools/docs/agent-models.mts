import { MODELS } from '../../nodes/shared/models/catalogue.ts';
import { joinNumbersOr } from '../../nodes/shared/lib/text.ts';

/** What an agent is told of the models that are not legacy: "kling-2.6: 5 or 10 s, 720p/1080p." */
function modelRules(): string {
	return MODELS.filter(({ legacy }) => !legacy)
		.map(({ id, durations, resolutions, audio }) => {
			const sound = audio === 'none' ? '' : ', sound';
			return `${id}: ${joinNumbersOr(durations)} s, ${resolutions.join('/')}${sound}.`;
		})
		.join(' ');
}

/** The rules in the text that n8n gives the agent for the field Model, after what is said of `default`. */
const PLACE = /(\$fromAI\('model', 'ID of the model\. default: [^.']*\. )[^']*(')/g;

/**
 * Puts the rules of the models into a workflow whose agent chooses one.
 * @throws {Error} when it has no place for them
 */
export function withModelRules(workflow: string): string {
	if (workflow.match(PLACE) === null) {
		throw new Error(`The workflow has no "$fromAI('model', 'ID of the model. default: …. …')"`);
	}
	return workflow.replace(PLACE, (_, begin: string, end: string) => begin + modelRules() + end);
}
