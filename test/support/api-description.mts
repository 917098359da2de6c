import { VIDEO_PROJECT_TYPES } from '../../nodes/MagicHourTrigger/events.ts';
import { MODELS } from '../../nodes/shared/models/catalogue.ts';
import { factsOf, LEGACY_IDS, type ModelFacts } from './model-facts.mts';

/** A reduced OpenAPI description of the Magic Hour API: the fields in which the rules of the models stand. */
export interface ApiDescription {
	paths: {
		'/v1/image-to-video': CreateRequest<DescribedFields>;
		'/v1/text-to-video'?: CreateRequest<DescribedTextFields>;
		'/v1/video-projects/{id}': {
			get: {
				responses: {
					200: {
						content: {
							'application/json': {
								schema: { properties: { type: { description: string } } };
							};
						};
					};
				};
			};
		};
	};
}

interface CreateRequest<Fields> {
	post: {
		requestBody: {
			content: { 'application/json': { schema: { type: string; properties: Fields } } };
		};
	};
}

interface CommonFields {
	end_seconds: { description: string };
	model: { enum: string[]; description: string };
	resolution: { description: string };
	audio: { description: string };
}

export interface DescribedFields extends CommonFields {
	assets: { properties: { end_image_file_path: { description: string } } };
}

export interface DescribedTextFields extends CommonFields {
	aspect_ratio: { description: string };
	references: { description: string };
}

/** How the lines for the models begin: in the published description, and on the vendor's pages. */
const STYLES = {
	asterisks: (id: string, rule: string) => `* **\`${id}\`**: ${rule}`,
	dots: (id: string, rule: string) => `  • ${id}: ${rule}`,
} as const;

export type Style = keyof typeof STYLES;

const idsWhere = (legacy: boolean): string[] =>
	MODELS.filter((model) => (model.legacy ?? false) === legacy).map(({ id }) => id);

/** What the API describes: the facts of all models that are not legacy. Those are values of `model` with no rules. */
export const DESCRIBED: readonly ModelFacts[] = idsWhere(false).map(factsOf);

const AUDIO: Readonly<Record<ModelFacts['audio'], string>> = {
	none: 'Not supported',
	included: 'Toggle-able: no additional credits for audio',
	extra: 'Toggle-able: audio adds extra credits when enabled',
};

function endImageRule({ endImage }: ModelFacts): string {
	if (endImage === 'none') return 'Not supported';
	const condition =
		endImage.upTo === undefined ? '' : ` Requires a duration of ${endImage.upTo} seconds or less.`;
	return `Supports ${endImage.resolutions.join(', ')}.${condition}`;
}

/** Describes models in Magic Hour's words. */
export function describeApi(
	models: readonly ModelFacts[] = DESCRIBED,
	style: Style = 'asterisks',
): ApiDescription {
	const list = (
		intro: string,
		rule: (model: ModelFacts) => string,
		among: readonly ModelFacts[] = models,
	) => ({
		description: [
			intro,
			'',
			...among.map((model) => STYLES[style](model.id, rule(model))),
			'',
		].join('\n'),
	});
	const common = (): CommonFields => ({
		end_seconds: list('The total duration of the output video in seconds.', ({ durations }) =>
			durations.join(', '),
		),
		model: {
			enum: ['default', ...models.map(({ id }) => id), ...idsWhere(true), ...LEGACY_IDS],
			description:
				'The AI model to use for video generation.\n\n' +
				'* `default`: uses our currently recommended model for general use. For paid tiers, defaults to `kling-3.0`. ' +
				'For free tiers, it defaults to `ltx-2.5`.\n* `kling-3.0`: Best overall quality.',
		},
		resolution: list(
			'Controls the output video resolution. Defaults to `720p` on paid tiers and `480p` on free tiers.',
			({ resolutions }) => `Supports ${resolutions.join(', ')}.`,
		),
		audio: list('Audio support varies by model:', ({ audio }) => AUDIO[audio]),
	});
	const request = <Fields extends CommonFields>(properties: Fields): CreateRequest<Fields> => ({
		post: {
			requestBody: { content: { 'application/json': { schema: { type: 'object', properties } } } },
		},
	});
	const type = { description: `Possible values are ${VIDEO_PROJECT_TYPES.join(', ')}` };
	return {
		paths: {
			'/v1/image-to-video': request({
				...common(),
				assets: {
					properties: {
						end_image_file_path: list(
							'The image to use as the last frame of the video.',
							endImageRule,
						),
					},
				},
			}),
			'/v1/text-to-video': request({
				...common(),
				aspect_ratio: list(
					'The aspect ratio of the output video.',
					({ aspectRatios }) => `Supports ${[...aspectRatios].reverse().join(', ')}.`,
				),
				references: list(
					'Reference media. Models that take them:',
					({ references }) => `Supports ${references.map(REFERENCE_WORD).join(', ')}.`,
					models.filter(({ references }) => references.length > 0),
				),
			}),
			'/v1/video-projects/{id}': {
				get: {
					responses: {
						200: { content: { 'application/json': { schema: { properties: { type } } } } },
					},
				},
			},
		},
	};
}

const REFERENCE_WORD = (kind: string): string => (kind === 'audio' ? kind : `${kind}s`);

export function fieldsOf(description: ApiDescription): DescribedFields {
	const { post } = description.paths['/v1/image-to-video'];
	return post.requestBody.content['application/json'].schema.properties;
}

/** @throws {Error} when it has no text-to-video */
export function textFieldsOf(description: ApiDescription): DescribedTextFields {
	const request = description.paths['/v1/text-to-video'];
	if (request === undefined) throw new Error('The description has no text-to-video');
	return request.post.requestBody.content['application/json'].schema.properties;
}
