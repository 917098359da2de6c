import { ApiError } from './api-error.mts';
import {
	AUDIO_ALIASES,
	MODELS,
	UNCHECKED_MODELS,
	type ModelRules,
	type Resolution,
} from './models.mts';
import type { Plan } from './plans.mts';

/** Everything that the `model` field takes. */
export const MODEL_IDS: readonly string[] = [
	'default',
	...Object.keys(MODELS),
	...UNCHECKED_MODELS,
	...Object.keys(AUDIO_ALIASES),
];

/** What both kinds of create requests have, after their schemas have been checked. */
interface CommonBody {
	readonly name?: string;
	readonly end_seconds: number;
	readonly model?: string;
	readonly resolution?: Resolution;
	readonly audio?: boolean;
}

/** The body of `POST /v1/image-to-video`. */
export interface ImageToVideoBody extends CommonBody {
	readonly style?: { readonly prompt?: string };
	readonly assets: { readonly image_file_path: string; readonly end_image_file_path?: string };
}

/** The body of `POST /v1/text-to-video`. */
export interface TextToVideoBody extends CommonBody {
	readonly style: { readonly prompt: string };
	readonly aspect_ratio?: AspectRatio;
	/** Deprecated: what clients send that are older than `aspect_ratio`. */
	readonly orientation?: Orientation;
	readonly references?: ReadonlyArray<{ readonly name: string; readonly file_path: string }>;
}

export type CreateBody = ImageToVideoBody | TextToVideoBody;

export const ASPECT_RATIOS = ['16:9', '9:16', '1:1'] as const;
type AspectRatio = (typeof ASPECT_RATIOS)[number];

const ORIENTATIONS = { landscape: '16:9', portrait: '9:16', square: '1:1' } as const;
type Orientation = keyof typeof ORIENTATIONS;

/** What will be made, with the plan's defaults and the legacy spellings resolved. */
export interface VideoRequest {
	readonly model: string;
	readonly seconds: number;
	readonly resolution: Resolution;
	readonly audio: boolean;
}

/** How far an image's aspect ratio may be off, as a fraction: 1280x718 is still 16:9. */
const ASPECT_TOLERANCE = 0.02;

const unprocessable = (message: string): never => {
	throw new ApiError(422, message);
};

/**
 * Applies the plan's and the model's rules to a request.
 * @throws ApiError 402 if the plan does not include it, 422 naming the field that the model does not take
 */
export function checkCreate(body: CreateBody, plan: Plan): VideoRequest {
	const asked = body.model ?? 'default';
	const resolution = body.resolution ?? plan.defaultResolution;
	const seconds = body.end_seconds;
	const named = asked === 'default' ? plan.defaultModel(seconds, resolution) : asked;
	const model = AUDIO_ALIASES[named] ?? named;
	const audio = body.audio === true || named in AUDIO_ALIASES;

	const rules = MODELS[model];
	if (rules) {
		checkModel(model, rules, { seconds, resolution, audio });
		if ('assets' in body) checkEndImage(model, rules, { seconds, resolution }, body.assets);
		else checkText(model, rules, body);
	}
	checkPlan(model, resolution, plan);
	return { model, seconds, resolution, audio };
}

function checkModel(
	model: string,
	rules: ModelRules,
	{ seconds, resolution, audio }: Omit<VideoRequest, 'model'>,
): void {
	if (!rules.seconds.includes(seconds)) {
		unprocessable(
			`end_seconds: ${model} does not support ${seconds} seconds. Supported durations are ${rules.seconds.join(', ')}`,
		);
	}
	if (!rules.resolutions.includes(resolution)) {
		unprocessable(
			`resolution: ${model} does not support ${resolution}. Supported resolutions are ${rules.resolutions.join(', ')}`,
		);
	}
	if (audio && rules.audio === 'none') unprocessable(`audio: ${model} does not support audio`);
}

function checkEndImage(
	model: string,
	{ endImage, endImageMaxSeconds = Infinity }: ModelRules,
	{ seconds, resolution }: Pick<VideoRequest, 'seconds' | 'resolution'>,
	assets: ImageToVideoBody['assets'],
): void {
	if (assets.end_image_file_path === undefined) return;
	const field = 'assets.end_image_file_path';
	if (!endImage) return unprocessable(`${field}: ${model} does not support an end image`);
	if (!endImage.includes(resolution)) {
		unprocessable(`${field}: ${model} supports an end image at ${endImage.join(', ')} only`);
	}
	if (seconds > endImageMaxSeconds) {
		unprocessable(
			`${field}: ${model} supports an end image up to ${endImageMaxSeconds} seconds only`,
		);
	}
}

/** The shape of a video that is made from text. What an absent one stands for is not published. */
export function aspectOf({ aspect_ratio: ratio, orientation }: TextToVideoBody): AspectRatio {
	return ratio ?? (orientation ? ORIENTATIONS[orientation] : '16:9');
}

function checkText(model: string, rules: ModelRules, body: TextToVideoBody): void {
	const ratio = aspectOf(body);
	if (rules.notFromText?.includes(ratio)) {
		unprocessable(`aspect_ratio: ${model} does not support ${ratio}`);
	}
	const { references = [] } = body;
	if (references.length > 0 && !rules.references?.includes('image')) {
		unprocessable(`references: ${model} does not support references`);
	}
}

function checkPlan(model: string, resolution: Resolution, plan: Plan): void {
	if (plan.models !== 'all' && !plan.models.includes(model)) {
		notInPlan(plan, `the model ${model}`);
	}
	if (!plan.resolutions.includes(resolution)) {
		notInPlan(plan, `the resolution ${resolution}`);
	}
}

function notInPlan({ label }: Plan, what: string): never {
	throw new ApiError(402, `The ${label} plan does not include ${what}`, 'plan_upgrade_required');
}

/** @throws ApiError 422 if the model takes other aspect ratios only */
export function checkAspect(model: string, image: { width: number; height: number }): void {
	const aspects = MODELS[model]?.aspects;
	if (!aspects) return;
	const allowed = aspects.some((aspect) => {
		const [width = NaN, height = NaN] = aspect.split(':').map(Number);
		return Math.abs(image.width / image.height / (width / height) - 1) <= ASPECT_TOLERANCE;
	});
	if (!allowed) {
		unprocessable(
			`assets.image_file_path: ${model} only supports images with an aspect ratio of ${aspects.join(' or ')}, this one is ${image.width}x${image.height}`,
		);
	}
}

const SHORT_SIDE: Readonly<Record<Resolution, number>> = {
	'360p': 360,
	'480p': 480,
	'720p': 720,
	'1080p': 1080,
	'4k': 2160,
};

/** Wider or taller pictures are cropped to this, to keep a panorama from becoming a 20,000-pixel video. */
const LONGEST_ASPECT = 3;

/** Even: H.264 with 4:2:0 colour takes nothing else. */
const even = (pixels: number): number => 2 * Math.round(pixels / 2);

/** The video's size in pixels: the short side by the resolution. @param image anything of its shape */
export function videoSize(
	resolution: Resolution,
	image: { width: number; height: number },
): { width: number; height: number } {
	const short = SHORT_SIDE[resolution];
	const landscape = image.width >= image.height;
	const ratio = landscape ? image.width / image.height : image.height / image.width;
	const long = even(short * Math.min(ratio, LONGEST_ASPECT));
	return landscape ? { width: long, height: short } : { width: short, height: long };
}
