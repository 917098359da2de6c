import type { IDataObject } from 'n8n-workflow';
import type { Account } from './schemas';

/** Fields of a simplified account: names are the API's, those of the subscription brought up to the top. */
export interface SimplifiedAccount extends IDataObject {
	/** The plan: `free`, `creator`, `pro` or `business`. */
	tier: string | null;
	/** Credits left to spend. */
	credits: number | null;
	/** `active` or `past_due`; `null` without a subscription. */
	subscription_status: string | null;
	subscription_name: string | null;
	/** `month` or `year`. */
	billing_interval: string | null;
	/** ISO 8601. */
	current_period_end: string | null;
	cancel_at_period_end: boolean | null;
}

/** Whose account it is stays out of saved executions. */
export function simplifyAccount({ tier, credits, subscription }: Account): SimplifiedAccount {
	return {
		tier: tier ?? null,
		credits: credits ?? null,
		subscription_status: subscription?.status ?? null,
		subscription_name: subscription?.name ?? null,
		billing_interval: subscription?.billing_interval ?? null,
		current_period_end: subscription?.current_period_end ?? null,
		cancel_at_period_end: subscription?.cancel_at_period_end ?? null,
	};
}
