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

/** The body of `POST /v1/image-to-video`, after its schema has been checked. */
export interface CreateBody {
	readonly name?: string;
	readonly end_seconds: number;
	readonly model?: string;
	readonly resolution?: Resolution;
	readonly audio?: boolean;
	readonly style?: { readonly prompt?: string };
	readonly assets: { readonly image_file_path: string; readonly end_image_file_path?: string };
}

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
	if (rules) checkModel(model, rules, { seconds, resolution, audio }, body.assets);
	checkPlan(model, resolution, plan);
	return { model, seconds, resolution, audio };
}

function checkModel(
	model: string,
	rules: ModelRules,
	{ seconds, resolution, audio }: Omit<VideoRequest, 'model'>,
	assets: CreateBody['assets'],
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
	if (assets.end_image_file_path !== undefined) {
		const field = 'assets.end_image_file_path';
		const endImage = rules.endImage;
		if (!endImage) return unprocessable(`${field}: ${model} does not support an end image`);
		if (!endImage.includes(resolution)) {
			unprocessable(`${field}: ${model} supports an end image at ${endImage.join(', ')} only`);
		}
		if (seconds > (rules.endImageMaxSeconds ?? Infinity)) {
			unprocessable(
				`${field}: ${model} supports an end image up to ${String(rules.endImageMaxSeconds)} seconds only`,
			);
		}
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

/** The video's size in pixels: the short side by the resolution, the shape the image's. */
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
