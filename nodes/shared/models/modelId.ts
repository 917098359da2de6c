import { LEGACY_VALUES, MODELS, PLAN_DEFAULT } from './catalogue';

/** Every id that the node knows, those of the menu first. */
export const KNOWN_MODEL_IDS: readonly string[] = [
	PLAN_DEFAULT.id,
	...MODELS.map(({ id }) => id),
	...LEGACY_VALUES.map(({ id }) => id),
];

/** What does not count in a name or id, once it is in small letters. */
export const NOT_SPELLED = /\(legacy\)|[\s_-]+/g;

/** Names and ids, as far as people and language models keep to them: without spaces, hyphens and capitals. */
const IDS_BY_SPELLING = new Map([
	...[PLAN_DEFAULT, ...MODELS].map(({ id, name }) => [spelling(name), id] as const),
	...KNOWN_MODEL_IDS.map((id) => [spelling(id), id] as const),
]);

/**
 * The id of a model that was given by its id or its name: "Kling 3.0" and "KLING_3.0" are kling-3.0. An id that is not
 * known is returned as it is.
 * @returns `undefined` where it is neither: an id is one word
 */
export function modelIdOf(text: string): string | undefined {
	const known = IDS_BY_SPELLING.get(spelling(text));
	if (known !== undefined) return known;
	return /^\S+$/.test(text) ? text : undefined;
}

/** What a known id may be given as, without capitals and what is {@link NOT_SPELLED}: its id, and its name. */
export function spellingsOf(knownId: string): string[] {
	return [...IDS_BY_SPELLING].flatMap(([text, id]) => (id === knownId ? [text] : []));
}

/** The full stop counts: Kling 2.5 is not Kling 25. */
function spelling(text: string): string {
	return text.toLowerCase().replace(NOT_SPELLED, '');
}
