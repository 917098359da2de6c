import type { Account } from '../api/schemas';
import { InvalidInputError, RequestError } from '../lib/errors';
import { creditsOf, type Priced } from './creditLimits';
import type { Run } from './operation';
import type { RunContext } from './runContext';
import type { CreateOutcome } from './runLimits';

/**
 * What runs of this process have asked for, or are about to, that a reading of the account's balance may not show yet.
 * Without it, runs that begin in the same moment would each see the credits that all of them are about to spend.
 */
interface Claim {
	/** Credits that the run has not been charged yet. */
	pending: number;
	/** Of those, what is being asked for just now. */
	inFlight: number;
	readonly charged: Array<{
		readonly credits: number;
		readonly step: number;
		readonly time: number;
	}>;
}

/** By account: see `claimsOn`. */
const CLAIMS = new Map<string, Set<Claim>>();

/** Counts readings and charges, so as to know which came first. */
let steps = 0;

const READ_AT = new WeakMap<Account, number>();

/** Reads the account, and notes when it was asked for: of what is charged later, the balance may know nothing. */
export async function readAccount(read: () => Promise<Account>): Promise<Account> {
	const step = ++steps;
	const account = await read();
	READ_AT.set(account, step);
	return account;
}

/** The part of a run's credits in this. */
export interface CreditClaim {
	/** Credits are being asked for. @returns what to tell what has become of it */
	onRequest(credits: number): (outcome: CreateOutcome) => void;
	/** The run is over. */
	close(): void;
}

/** Balances that can't be told yet are read again as often, and so many milliseconds later. */
const MAX_READINGS = 10;
const READING_PAUSE_MS = 1_000;

/** No reading of an account is as old. */
const MAX_READING_AGE_MS = 600_000;

/**
 * Sees to it that the account has so many credits left when the run has been charged what it is estimated at, and so have
 * all runs of this process that keep credits in reserve. Runs of other processes are seen as soon as they are charged.
 * @param items those that are not paid yet
 * @param reserve credits
 * @throws {InvalidInputError} when less would be left, or that can't be known
 * @throws {RequestError} when the balance can't be read
 */
export async function claimCredits(
	items: Run<Priced>['items'],
	reserve: number,
	{ n8n, client, clock, account: openAccount }: RunContext,
): Promise<CreditClaim> {
	const unknown = items.find(({ input }) => input.estimate.credits === null);
	if (unknown) {
		throw refused(
			`the cost of item ${unknown.itemIndex} is not known, so ${reserve} credits can't be kept`,
			`${unknown.input.estimate.note} Remove Keep in Reserve, or choose a model with a published rate.`,
		);
	}
	const wanted = creditsOf(items);
	const signal = n8n.getExecutionCancelSignal();
	let read = openAccount;
	for (let readings = 1; ; readings++) {
		const account = await read().catch(failedReading);
		const { credits } = account;
		if (typeof credits !== 'number') {
			throw refused(
				"Magic Hour's answer does not say how many credits the account has",
				'Try again later, or remove Keep in Reserve.',
			);
		}
		const claims = claimsOn(account, clock.now());
		const { certain, possible } = outstanding(claims, READ_AT.get(account) ?? 0);
		const left = credits - wanted - certain - possible;
		if (left >= reserve) return newClaim(claims, wanted, () => clock.now());
		// With what may be in the balance already it would be enough: the next reading shows it.
		if (left + possible < reserve || readings === MAX_READINGS) {
			const others = certain + possible;
			const videos = items.length === 1 ? 'this video is' : `${items.length} videos are`;
			throw refused(
				`${videos} estimated at ${wanted} credits, of ${credits} that the account has${others === 0 ? '' : `, less ${others} for runs that go on`}; ${reserve} are to be left`,
				'Run fewer items, choose shorter videos, a lower resolution or a cheaper model, buy credits, or keep fewer in reserve.',
			);
		}
		await clock.sleep(READING_PAUSE_MS, signal);
		const deadline = clock.now() + MAX_READING_AGE_MS / MAX_READINGS;
		read = async () => await readAccount(async () => await client.getAccount({ deadline, signal }));
	}
}

function refused(message: string, hint: string): InvalidInputError {
	return new InvalidInputError(
		`Keep in Reserve: ${message}`,
		`Nothing was uploaded or charged. ${hint}`,
		'MAGIC_HOUR_CREDIT_LIMIT',
	);
}

function failedReading(error: unknown): never {
	if (!(error instanceof RequestError)) throw error as Error;
	throw new RequestError({
		code: error.code,
		message: `Keep in Reserve: ${error.message}`,
		hint: `Nothing was uploaded or charged. ${error.hint}`,
		fate: error.fate,
		status: error.status,
		temporary: error.temporary,
	});
}

/** The claims on an account. Accounts that don't say their id are taken for one: too much is kept rather than too little. */
function claimsOn({ raw }: Account, now: number): Set<Claim> {
	const id = typeof raw.id === 'string' ? raw.id : '';
	const claims = CLAIMS.get(id) ?? new Set();
	CLAIMS.set(id, claims);
	for (const claim of claims) {
		while (now - (claim.charged[0]?.time ?? now) > MAX_READING_AGE_MS) claim.charged.shift();
		if (claim.pending === 0 && claim.charged.length === 0) claims.delete(claim);
	}
	return claims;
}

/**
 * Credits that are claimed, as a reading sees them.
 * @param readAt step of the reading
 * @returns `possible`: those that its balance may be without already
 */
function outstanding(
	claims: ReadonlySet<Claim>,
	readAt: number,
): { certain: number; possible: number } {
	let certain = 0;
	let possible = 0;
	for (const { pending, inFlight, charged } of claims) {
		certain += pending - inFlight;
		possible += inFlight;
		for (const { credits, step } of charged) if (step > readAt) possible += credits;
	}
	return { certain, possible };
}

function newClaim(claims: Set<Claim>, credits: number, now: () => number): CreditClaim {
	const claim: Claim = { pending: credits, inFlight: 0, charged: [] };
	claims.add(claim);
	return {
		onRequest(asked) {
			claim.inFlight += asked;
			return (outcome) => {
				claim.inFlight -= asked;
				if (outcome === 'not created') return;
				claim.pending -= asked;
				claim.charged.push({ credits: asked, step: ++steps, time: now() });
			};
		},
		close: () => void (claim.pending = 0),
	};
}
