import { accepts } from "../accepts.ts";
import type { Format, Json, Pattern, Samples, Temporal } from "../constraint.ts";
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

/** The known examples of a format or of a rule on characters, each checked against its pattern. */
export function designText(rule: Format | Pattern, passes: Passes, samples: Samples): Draft {
  const fits = (input: Json) => accepts(rule, "", input);
  const name = rule.kind === "format" ? rule.format : rule.description;
  const padded = [...samples.valid, ...samples.valid.flatMap(grown)];
  const good = padded.filter((sample) => fits(sample) && passes(sample));
  const plain = ["aA1!aA1!aA1!aA1!", "Abcdef1!", "abcdefgh", "ABCDEFGH", "12345678", "a1"].filter(
    (sample) => fits(sample) && passes(sample),
  );
  const valid = [...new Set([...good, ...plain])]
    .slice(0, 3)
    .map((sample) => partition(sample, `Fits: ${name}`));
  const wrong = [...samples.invalid, ...samples.invalid.flatMap(grown)];
  const bad = wrong.filter((sample) => !fits(sample));
  const better = bad.filter(passes);
  const misfits = better.length > 0 ? better : bad;
  const invalid = misfits
    .slice(0, samples.invalid.length)
    .map((sample) => partition(sample, `Does not fit: ${name}`));
  const classes: ClassDraft[] = [
    { valid: true, range: name, probes: valid },
    {
      valid: false,
      range: `anything else than ${name}`,
      probes: [...invalid, guess(42, "A number instead of text")],
    },
  ];
  return { classes: fits("") ? classes : [...classes, nothing], boundaries: [] };
}

/** Longer forms of an example, for rules that also ask for a length. */
function grown(sample: string): string[] {
  return [8, 12, 16, 24].flatMap((size) => {
    const missing = size - sample.length;
    return missing <= 0
      ? []
      : ["a", "A", "1"].flatMap((filler) => [
          sample + filler.repeat(missing),
          filler.repeat(missing) + sample,
        ]);
  });
}

/** Before, within and after; at each end the moment itself and its two neighbours. */
export function designTemporal(rule: Temporal, passes: Passes): Draft {
  const fits = (input: Json) => accepts(rule, "", input);
  const ends = [rule.min, rule.max].filter((end) => end !== null);
  const values = [
    ...new Set(ends.flatMap((end) => [-1, 0, 1].flatMap((steps) => shifted(rule, end, steps)))),
  ].toSorted();
  const probe = (value: string): Probe =>
    boundary(value, ends.includes(value) ? `At the bound ${value}` : `Beside a bound: ${value}`);
  const inside = values.filter((value) => fits(value));
  const before = values.filter((value) => !fits(value) && rule.min !== null && value <= rule.min);
  const after = values.filter((value) => !fits(value) && !before.includes(value));
  const span = `${rule.min ?? ".."}${rule.min !== null && rule.max !== null ? ".." : rule.min === null ? "" : ".."}${rule.max ?? ""}`;
  const classes: ClassDraft[] = [
    { valid: false, range: `before ${span}`, probes: before.map(probe) },
    { valid: true, range: span, probes: inside.filter(passes).map(probe) },
    { valid: false, range: `after ${span}`, probes: after.map(probe) },
    {
      valid: false,
      range: `not a ${rule.of}`,
      probes: [
        guess("abc", `Text that is no ${rule.of}`),
        guess(rule.of === "date" ? "2023-02-30" : "25:00", `A ${rule.of} that does not exist`),
      ],
    },
    nothing,
  ];
  return { classes, boundaries: values.map((value) => ({ value, accept: fits(value) })) };
}

const lengths = { day: 86_400_000, minute: 60_000, second: 1000 } as const;

/** A moment so many steps later; nothing where a time of day leaves its day. */
function shifted(rule: Temporal, value: string, steps: number): string[] {
  const base =
    rule.of === "date" ? `${value}T00:00:00Z` : `2000-01-02T${value.length === 5 ? `${value}:00` : value}Z`;
  const moved = new Date(Date.parse(base) + steps * lengths[rule.step]).toISOString();
  if (rule.of === "date") return [moved.slice(0, 10)];
  if (!moved.startsWith("2000-01-02")) return [];
  return [rule.step === "second" ? moved.slice(11, 19) : moved.slice(11, 16)];
}
