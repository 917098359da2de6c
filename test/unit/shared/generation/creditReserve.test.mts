import { claimCredits, readAccount } from '../../../../nodes/shared/generation/creditReserve.ts';
import type { RunContext } from '../../../../nodes/shared/generation/runContext.ts';
import type { Account } from '../../../../nodes/shared/api/schemas.ts';
import { StepClock } from '../../../support/marks-row.mts';
import { seededRandom } from '../../../support/seeded-random.mts';

const COST = 10;

type Items = Parameters<typeof claimCredits>[0];

const itemsOf = (count: number): Items =>
	Array.from({ length: count }, (_, itemIndex) => ({
		itemIndex,
		input: { estimate: { credits: COST, note: '', dependsOnPlan: false } },
	}));

/** Magic Hour's account: each answer comes some time after it was made out. */
class Bank {
	readonly id = `account ${Math.random()}`;

	constructor(
		readonly clock: StepClock,
		readonly random: () => number,
		public credits: number,
	) {}

	async read(): Promise<Account> {
		await this.clock.sleep(this.random() * 300);
		const { credits } = this;
		await this.clock.sleep(this.random() * 300);
		return { credits, raw: { id: this.id } };
	}

	async charge(): Promise<void> {
		await this.clock.sleep(this.random() * 300);
		this.credits -= COST;
		await this.clock.sleep(this.random() * 300);
	}

	context(): RunContext {
		return {
			clock: this.clock,
			n8n: { getExecutionCancelSignal: () => undefined },
			account: async () => await readAccount(async () => await this.read()),
			client: { getAccount: async () => await this.read() },
		} as unknown as RunContext;
	}
}

describe('credits in reserve', () => {
	it.each(Array.from({ length: 40 }, (_, seed) => seed + 1))(
		'are kept by runs at the same time, and not more than these (seed %i)',
		async (seed) => {
			const random = seededRandom(seed);
			const clock = new StepClock();
			const bank = new Bank(clock, random, 175);
			let refused = 0;
			const run = async (): Promise<void> => {
				await clock.sleep(random() * 3_000);
				const count = random() < 0.3 ? 2 : 1;
				const claim = await claimCredits(itemsOf(count), 100, bank.context()).catch(
					() => undefined,
				);
				if (!claim) {
					refused++;
					return;
				}
				for (let video = 0; video < count; video++) {
					const settle = claim.onRequest(COST);
					if (random() < 0.2) {
						await clock.sleep(300);
						settle('not created');
						continue;
					}
					await bank.charge();
					settle(random() < 0.2 ? 'unknown' : 'created');
				}
				claim.close();
			};
			await clock.run(Promise.all(Array.from({ length: 30 }, run)));

			expect(bank.credits).toBeGreaterThanOrEqual(100);
			expect(refused).toBeGreaterThan(0);
			// What is left is had by those that come later.
			const left = Math.floor((bank.credits - 100) / COST);
			if (left > 0) await clock.run(claimCredits(itemsOf(left), 100, bank.context()));
			await expect(clock.run(claimCredits(itemsOf(1), 100, bank.context()))).rejects.toMatchObject({
				code: 'MAGIC_HOUR_CREDIT_LIMIT',
			});
		},
	);

	it('are not refused for what a balance shows already, be it answered for or not', async () => {
		const clock = new StepClock();
		const bank = new Bank(clock, () => 0.5, 120);
		const first = await clock.run(claimCredits(itemsOf(1), 100, bank.context()));
		const settle = first.onRequest(COST);
		const charged = bank.charge().then(() => {
			settle('created');
		});
		const [, second] = await clock.run(
			Promise.all([charged, claimCredits(itemsOf(1), 100, bank.context())]),
		);

		expect(second).toBeDefined();
	});
});
