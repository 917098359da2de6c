import { randomBytes } from 'node:crypto';

import { PLANS, type Plan, type PlanName } from './plans.mts';

const ACCOUNT_NAMES = ['free', 'creator', 'pro', 'business', 'outOfCredits'] as const;
export type AccountName = (typeof ACCOUNT_NAMES)[number];

/**
 * Far more credits than the plans really come with, so that no test runs dry by accident:
 * `outOfCredits` is the account that is for that.
 */
const ACCOUNTS: Readonly<Record<AccountName, { plan: PlanName; credits: number }>> = {
	free: { plan: 'free', credits: 1_000_000 },
	creator: { plan: 'creator', credits: 1_000_000 },
	pro: { plan: 'pro', credits: 10_000_000 },
	business: { plan: 'business', credits: 1_000_000_000 },
	outOfCredits: { plan: 'creator', credits: 0 },
};

export interface Account {
	readonly name: AccountName;
	readonly key: string;
	readonly plan: Plan;
	/** What the account began with; the balance is this less what its projects cost. */
	readonly credits: number;
}

/** Shaped like a real key; new at every start, so none can be committed that works. */
const newKey = (): string => `mhk_live_${randomBytes(24).toString('hex')}`;

/** One account for each name, with its key and credits overridden where given. */
export function createAccounts(
	keys: Partial<Record<AccountName, string>> = {},
	credits: Partial<Record<AccountName, number>> = {},
): readonly Account[] {
	return ACCOUNT_NAMES.map((name) => ({
		name,
		key: keys[name] ?? newKey(),
		plan: PLANS[ACCOUNTS[name].plan],
		credits: credits[name] ?? ACCOUNTS[name].credits,
	}));
}
