import { inRange, isMultiple } from "../accepts.ts";
import type { Range } from "../constraint.ts";
import { plusSteps } from "../decimal.ts";
import {
  boundary,
  type ClassDraft,
  type Draft,
  guess,
  nothing,
  partition,
  type Passes,
  type Probe,
} from "./draft.ts";

/** Below, inside, above; at each bound the value itself and its two neighbours. */
export function designRange(range: Range, passes: Passes): Draft {
  const values = boundaryValues(range);
  const probes = values.map((value) => boundary(value, positionOf(range, value)));
  const nominal = nominals(range);
  const regions = regionsOf(range).map(({ test, range: text, inside }): ClassDraft => {
    const own = [...nominal, ...probes].filter(({ input }) => typeof input === "number" && test(input));
    const fits = own.filter(
      ({ input }) => inRange(range, Number(input)) === (inside === (range.accepts === "inside")),
    );
    return {
      valid: inside === (range.accepts === "inside"),
      range: text,
      probes: fits.filter((probe) => range.accepts === "outside" || !inside || passes(probe.input)),
    };
  });
  const text: ClassDraft = {
    valid: false,
    range: "not a number",
    probes: [guess("abc", "Text instead of a number")],
  };
  return {
    classes: [...regions, ...fractions(range), ...offSteps(range), text, nothing],
    boundaries: values.map((value) => ({ value, accept: inRange(range, value) && passes(value) })),
  };
}

/** For each bound: one step below it, the bound, one step above it. */
function boundaryValues(range: Range): number[] {
  const ends = [range.min, range.max].filter((end) => end !== null);
  const around = ends.flatMap((end) => [-1, 0, 1].map((steps) => plusSteps(end, range.step, steps)));
  return [...new Set(around)].toSorted((a, b) => a - b);
}

interface Region {
  readonly range: string;
  readonly inside: boolean;
  readonly test: (value: number) => boolean;
}

function regionsOf(range: Range): Region[] {
  const { min, max } = range;
  const below = (value: number) => min !== null && (value < min || (value === min && !range.minInclusive));
  const above = (value: number) => max !== null && (value > max || (value === max && !range.maxInclusive));
  const regions: Region[] = [];
  const unit = range.unit === null ? "" : ` ${range.unit}`;
  if (min !== null)
    regions.push({ range: `${range.minInclusive ? "<" : "<="} ${min}${unit}`, inside: false, test: below });
  regions.push({
    range: `${interval(range)}${unit}`,
    inside: true,
    test: (value) => !below(value) && !above(value),
  });
  if (max !== null)
    regions.push({ range: `${range.maxInclusive ? ">" : ">="} ${max}${unit}`, inside: false, test: above });
  return regions;
}

function interval({ min, max, minInclusive, maxInclusive, multipleOf }: Range): string {
  const kind = multipleOf === null ? "" : `multiples of ${multipleOf}`;
  if (min === null && max === null) return kind === "" ? "any number" : kind;
  const bounds =
    min === null
      ? `${maxInclusive ? "<=" : "<"} ${max}`
      : max === null
        ? `${minInclusive ? ">=" : ">"} ${min}`
        : closed(min, max, minInclusive, maxInclusive);
  return kind === "" ? bounds : `${bounds}, ${kind}`;
}

function closed(min: number, max: number, minInclusive: boolean, maxInclusive: boolean): string {
  if (min === max) return String(min);
  return minInclusive && maxInclusive
    ? `${min}..${max}`
    : `${minInclusive ? "[" : "("}${min}, ${max}${maxInclusive ? "]" : ")"}`;
}

/** One typical value for each region, well away from the bounds where there is room. */
function nominals(range: Range): Probe[] {
  const { min, max, step } = range;
  const probes = [partition(typicalOf(range), "A typical value")];
  if (min !== null) probes.push(partition(plusSteps(min, step, -10), "Well below the lower bound"));
  if (max !== null) probes.push(partition(plusSteps(max, step, 10), "Well above the upper bound"));
  return probes;
}

function typicalOf(range: Range): number {
  const { min, max, step, multipleOf } = range;
  const reach = 20 * (multipleOf ?? step);
  const middle = plusSteps((min ?? (max ?? 0) - reach) / 2 + (max ?? (min ?? 0) + reach) / 2, step, 0);
  return multipleOf === null ? middle : nearMultiple(middle, multipleOf, range);
}

function nearMultiple(value: number, of: number, range: Range): number {
  const near = [Math.round(value / of), Math.floor(value / of), Math.ceil(value / of)].map((times) =>
    plusSteps(times * of, range.step, 0),
  );
  return near.find((candidate) => inRange(range, candidate)) ?? near[0] ?? value;
}

function fractions(range: Range): ClassDraft[] {
  if (!range.whole) return [];
  const inside = typicalOf({ ...range, whole: false });
  return [
    {
      valid: false,
      range: "fractions",
      probes: [partition(inside + 0.5, "A fraction where a whole number is asked for")],
    },
  ];
}

function offSteps(range: Range): ClassDraft[] {
  const { multipleOf } = range;
  if (multipleOf === null || range.accepts === "outside") return [];
  const start = typicalOf(range);
  // With two decimal places as the step, only the third decimal is off.
  const step = multipleOf <= range.step ? range.step / 10 : range.step;
  const off = [1, 2, -1]
    .map((steps) => plusSteps(start, step, steps))
    .find((value) => !isMultiple(value, multipleOf));
  return off === undefined
    ? []
    : [
        {
          valid: false,
          range: `not a multiple of ${multipleOf}`,
          probes: [partition(off, `Not a multiple of ${multipleOf}`)],
        },
      ];
}

function positionOf(range: Range, value: number): string {
  for (const [name, end] of [
    ["lower", range.min],
    ["upper", range.max],
  ] as const) {
    if (end === null) continue;
    if (value === end) return `At the ${name} bound ${end}`;
    if (value === plusSteps(end, range.step, -1)) return `Just below the ${name} bound ${end}`;
    if (value === plusSteps(end, range.step, 1)) return `Just above the ${name} bound ${end}`;
  }
  return `The value ${value}`;
}
