import { PLAN_DEFAULT, type Plan } from '../models/catalogue';
import { estimateCredits } from '../models/credits';
import type { VideoSpec } from '../models/videoSpec';
import type { Planning, PricedSpec } from './accountPlan';
import { assertMaxCredits } from './creditLimits';

/**
 * Checks a video against the catalogue and its own limit, as far as that can be done before the plan is known.
 * @param resolve checks it against the catalogue, with the plan where that is known
 * @param maxCredits `undefined`: any
 * @throws {InvalidInputError}
 */
export function priceVideo(
	resolve: (plan?: Plan) => VideoSpec,
	maxCredits: number | undefined,
): PricedSpec & Pick<Planning, 'fit'> {
	const priced = (plan?: Plan): PricedSpec => {
		const spec = resolve(plan);
		return { spec, estimate: estimateCredits(spec) };
	};
	const withinLimit = ({ spec, estimate }: PricedSpec): PricedSpec => {
		assertMaxCredits(spec, estimate, maxCredits);
		return { spec, estimate };
	};
	const first = priced();
	if (first.spec.selection.id !== PLAN_DEFAULT.id) return withinLimit(first);
	return { ...first, fit: (plan) => withinLimit(priced(plan)) };
}
