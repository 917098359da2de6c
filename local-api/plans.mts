import type { Resolution } from './models.mts';

/** What an account's plan allows. */
export interface Plan {
	readonly label: string;
	/** What the account answers. */
	readonly tier: PlanName;
	/** US cents a month, made up; none: no subscription. */
	readonly monthlyPrice?: number;
	/** Unfinished jobs at a time (docs/magic-hour-api.md; the free plan's figure is assumed). */
	readonly concurrentJobs: number;
	/** Largest upload, in bytes (docs/magic-hour-api.md). */
	readonly uploadBytes: number;
	/** What `default` and an absent resolution stand for (OpenAPI: `model`, `resolution`; the vendor's guide). */
	readonly defaultModel: (seconds: number, resolution: Resolution) => string;
	readonly defaultResolution: Resolution;
	/** Anything else is a 402. */
	readonly resolutions: readonly Resolution[];
	/** Models that the plan includes, or 'all'. Anything else is a 402. */
	readonly models: readonly string[] | 'all';
}

export type PlanName = 'free' | 'creator' | 'pro' | 'business';

const MB = 1e6;
const GB = 1e9;

const PAID = {
	defaultModel: (seconds: number, resolution: Resolution) => {
		if (seconds > 15) return 'ltx-2.3';
		return resolution === '480p' ? 'seedance-1.5' : 'kling-3.0';
	},
	defaultResolution: '720p',
	models: 'all',
} as const;

/**
 * Published: upload sizes, concurrent jobs of the paid plans, the defaults. Not published, so chosen
 * here to be plausible and to make every refusal reachable: one job at a time, 480p and some cheap
 * models on the free plan; 4k from Pro upwards.
 */
export const PLANS: Readonly<Record<PlanName, Plan>> = {
	free: {
		label: 'Free',
		tier: 'free',
		concurrentJobs: 1,
		uploadBytes: 200 * MB,
		defaultModel: () => 'ltx-2.5',
		defaultResolution: '480p',
		resolutions: ['360p', '480p'],
		models: ['ltx-2', 'ltx-2.3', 'ltx-2.5', 'wan-2.2'],
	},
	creator: {
		...PAID,
		label: 'Creator',
		tier: 'creator',
		monthlyPrice: 1500,
		concurrentJobs: 3,
		uploadBytes: 2 * GB,
		resolutions: ['360p', '480p', '720p', '1080p'],
	},
	pro: {
		...PAID,
		label: 'Pro',
		tier: 'pro',
		monthlyPrice: 4900,
		concurrentJobs: 5,
		uploadBytes: 5 * GB,
		resolutions: ['360p', '480p', '720p', '1080p', '4k'],
	},
	business: {
		...PAID,
		label: 'Business',
		tier: 'business',
		monthlyPrice: 9900,
		concurrentJobs: Infinity,
		uploadBytes: 10 * GB,
		resolutions: ['360p', '480p', '720p', '1080p', '4k'],
	},
};
