import { inRange } from "../accepts.ts";
import type { Range, Single } from "../constraint.ts";
import { plusSteps } from "../decimal.ts";

/**
 * "strictly between 0 and 1" is written in whole numbers and means others: where no value of the written precision
 * lies inside, or an interval without a unit is a single step wide, the steps become tenths of it.
 */
export function refine(constraint: Single): Single {
  if (constraint.kind !== "range" || constraint.whole || constraint.multipleOf !== null) return constraint;
  return isTooCoarse(constraint) ? refine({ ...constraint, step: constraint.step / 10 }) : constraint;
}

function isTooCoarse(range: Range): boolean {
  const { min, max, step, unit, accepts } = range;
  if (min === null || max === null || min >= max || accepts === "outside") return false;
  const steps = Math.round((max - min) / step);
  if (steps > 2) return false;
  const inner = Array.from({ length: steps + 1 }, (_, index) => plusSteps(min, step, index));
  return !inner.some((value) => inRange(range, value)) || (steps === 1 && unit === null);
}
