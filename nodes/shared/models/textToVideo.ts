import { InvalidInputError } from '../lib/errors';
import { formatValue, joinOr, singleLine } from '../lib/text';
import { ASPECT_RATIOS, MODELS, type AspectRatio, type Model } from './catalogue';
import { OR_SEND, sentAnyway, type NotSupportedFallback, type VideoSpec } from './videoSpec';

/** What holds for videos that are made from text: their shape, and the images that the prompt calls by name. */

/** Whether a model makes videos of that shape from text. */
export function makesAspectRatio({ aspectRatios }: Model, ratio: AspectRatio): boolean {
	return (aspectRatios ?? ASPECT_RATIOS).includes(ratio);
}

/** Whether a prompt can call images by name. */
export function takesReferences({ references }: Model): boolean {
	return references?.includes('image') ?? false;
}

/**
 * Narrows a choice to the models that make such a video; one that the catalogue does not know may make any. The shape and
 * the references are no settings that the node could change: they are sent anyway, or refused.
 * @throws {InvalidInputError} when there is none
 */
export function resolveTextSpec(
	spec: VideoSpec,
	ratio: AspectRatio,
	hasReferences: boolean,
	ifNotSupported: NotSupportedFallback,
): VideoSpec {
	if (spec.candidateModels.length === 0) return spec;
	const narrow = (
		{ candidateModels, notes, ...rest }: VideoSpec,
		can: (model: Model) => boolean,
		problem: () => InvalidInputError,
	): VideoSpec => {
		const able = candidateModels.filter(can);
		if (able.length > 0) return { ...rest, notes, candidateModels: able };
		if (ifNotSupported !== 'send') throw problem();
		return { ...rest, notes: [...notes, sentAnyway(problem())], candidateModels };
	};
	const ofShape = narrow(
		spec,
		(model) => makesAspectRatio(model, ratio),
		() => otherShape(spec, ratio),
	);
	return hasReferences ? narrow(ofShape, takesReferences, () => noReferences(spec)) : ofShape;
}

function otherShape({ candidateModels, selection }: VideoSpec, ratio: AspectRatio) {
	const makes = ASPECT_RATIOS.filter((each) =>
		candidateModels.some((model) => makesAspectRatio(model, each)),
	);
	return new InvalidInputError(
		`Aspect Ratio: ${selection.id} makes ${joinOr(makes)}; ${ratio} was given`,
		`Choose an aspect ratio that it makes, or another model. ${OR_SEND}`,
	);
}

function noReferences({ selection }: VideoSpec) {
	return new InvalidInputError(
		`Reference Images: ${selection.id} takes none for this video; remove them, or choose another model`,
		`Models with reference images: ${joinOr(MODELS.filter(takesReferences).map(({ id }) => id))}. ${OR_SEND}`,
	);
}

/** What the name of a reference has to look like. */
const NAME = /^[A-Za-z][\w-]*$/;

/**
 * @param given a name, as the prompt has it or without the @
 * @returns the name without the @
 * @throws {InvalidInputError} for what can't be one
 */
export function checkReferenceName(given: string, field: string): string {
	const name = given.replace(/^@/, '');
	if (NAME.test(name)) return name;
	throw new InvalidInputError(
		`${field}: ${formatValue(given)} was given; give a name of letters A to Z, digits, _ and -, with a letter first, such as bottle`,
	);
}

/** An @ that begins a word. Within a word it is part of an address, such as an e-mail's. */
const MENTION = /(?<![\p{L}\p{N}_.+%@-])@([A-Za-z][\p{L}\p{N}_-]*)/gu;

/** An @ with the beginning of a name that a person means to be one: not behind the slash of a web address. */
export const MEANT_NAME = /(?:^|[\s"'“”‘’«»([{<,;:!?—–*])@[A-Za-z]/u;

/**
 * Checks that a prompt and its references go together. Without references, a word with an @ is text like any other.
 * @returns what should be told
 * @throws {InvalidInputError} for a name twice, one that the prompt does not have, and one in the prompt without a reference
 */
export function checkReferences(prompt: string, names: readonly string[]): readonly string[] {
	const twice = names.find((name, index) => names.indexOf(name) !== index);
	if (twice !== undefined) {
		throw new InvalidInputError(
			`Reference Images: two are named ${twice}; give each a name of its own`,
		);
	}
	const mentions = [...prompt.matchAll(MENTION)].map(({ 0: { length }, 1: word = '', index }) => ({
		// A hyphen that ends a word belongs to the sentence, unless there is such a name.
		name: names.includes(word) ? word : withoutHyphensAtEnd(word),
		isMeant: MEANT_NAME.test(prompt.slice(Math.max(0, index - 1), index + length)),
	}));
	const unknown = mentions.find(({ name, isMeant }) => isMeant && !names.includes(name));
	if (unknown !== undefined && names.length === 0) {
		return [
			`There is no reference image, so "@${shown(unknown.name)}" in the prompt was sent as text.`,
		];
	}
	if (unknown !== undefined) {
		const alike = names.find((name) => name.toLowerCase() === unknown.name.toLowerCase());
		throw new InvalidInputError(
			`Prompt: @${shown(unknown.name)} is no reference image; there ${names.length === 1 ? 'is' : 'are'} ${names.map((name) => `@${name}`).join(', ')}`,
			alike === undefined
				? 'Add a reference image with this name, or write the word without the @.'
				: `Capitals count: write @${alike}.`,
		);
	}
	const unused = names.find((name) => !mentions.some((mention) => mention.name === name));
	if (unused !== undefined) {
		throw new InvalidInputError(
			`Reference Images: the prompt does not use @${unused}`,
			`Write @${unused} in the prompt where this image is meant, or remove the image.`,
		);
	}
	return [];
}

/** Not by a pattern, whose time would grow with the square of the length. */
function withoutHyphensAtEnd(word: string): string {
	let end = word.length;
	while (word.endsWith('-', end)) end--;
	return word.slice(0, end);
}

/** A word of a prompt can be as long as the prompt. */
function shown(word: string): string {
	return singleLine(word, 80);
}
