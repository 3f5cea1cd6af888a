import { sizeOf } from "../accepts.ts";
import type { Json, Length, Samples } from "../constraint.ts";
import { boundary, type ClassDraft, type Draft, guess, partition, type Passes, type Probe } from "./draft.ts";

/** Too short, right, too long; at each bound the length itself and its two neighbours. */
export function designLength(length: Length, passes: Passes, samples: Samples): Draft {
  const sizes = boundarySizes(length);
  const within = (size: number) =>
    (length.min === null || size >= length.min) && (length.max === null || size <= length.max);
  const classes: ClassDraft[] = [];
  const probe = (size: number, make: (input: Json, title: string) => Probe): Probe[] => {
    const input = valueOf(length.of, size, within(size) ? passes : () => true, samples);
    return input === null ? [] : [make(input, titleOf(length, size))];
  };
  const region = (valid: boolean, range: string, test: (size: number) => boolean, typical: number) => {
    const own = sizes.filter(test);
    const extra = test(typical) && !own.includes(typical) ? probe(typical, partition) : [];
    classes.push({ valid, range, probes: [...own.flatMap((size) => probe(size, boundary)), ...extra] });
  };
  const { min, max, of } = length;
  if (min !== null && min > 0)
    region(false, `fewer than ${min} ${of}`, (size) => size < min, Math.floor(min / 2));
  region(true, rangeText(length), within, typicalSize(length));
  if (max !== null) region(false, `more than ${max} ${of}`, (size) => size > max, max * 2);
  classes.push(...wideCharacters(length), ...pairedCharacters(length, passes), ...wrongKinds(length));
  return { classes, boundaries: sizes.map((value) => ({ value, accept: within(value) })) };
}

function boundarySizes({ min, max }: Length): number[] {
  const ends = [min, max].filter((end) => end !== null);
  const around = ends.flatMap((end) => [end - 1, end, end + 1]);
  return [...new Set(around)].filter((size) => size >= 0).toSorted((a, b) => a - b);
}

function typicalSize({ min, max }: Length): number {
  if (min !== null && max !== null) return Math.floor((min + max) / 2);
  return min === null ? Math.floor((max ?? 0) / 2) : min + 5;
}

function rangeText({ min, max, of }: Length): string {
  if (min !== null && max !== null) return min === max ? `exactly ${min} ${of}` : `${min}..${max} ${of}`;
  return min === null ? `at most ${max} ${of}` : `at least ${min} ${of}`;
}

function titleOf(length: Length, size: number): string {
  const unit = size === 1 ? length.of.slice(0, -1) : length.of;
  const [low, high] = [size === length.min, size === length.max];
  const note = low && high ? ", the only length" : low ? ", the shortest" : high ? ", the longest" : "";
  return `${size} ${unit}${note}`;
}

/** Text whose characters fit the limit while its octets do not. */
function wideCharacters({ of, max }: Length): ClassDraft[] {
  if (of !== "octets" || max === null || max === 0) return [];
  const count = Math.floor(max / 2) + 1;
  const probe = guess("é".repeat(count), `${count} characters of two octets each`);
  return [{ valid: false, range: "too many octets in fewer characters", probes: [probe] }];
}

/** A character beyond U+FFFF is one character and two UTF-16 code units, which many languages count instead. */
function pairedCharacters({ of, max }: Length, passes: Passes): ClassDraft[] {
  if (of !== "characters" || max === null || max === 0) return [];
  const text = "😀".repeat(max);
  if (!passes(text)) return [];
  const probe = guess(text, `${max} characters of two UTF-16 code units each`);
  return [{ valid: true, range: "as many characters, in more code units", probes: [probe] }];
}

function wrongKinds({ of }: Length): ClassDraft[] {
  if (of === "items")
    return [{ valid: false, range: "not a list", probes: [guess("abc", "Text instead of a list")] }];
  const other: ClassDraft = {
    valid: false,
    range: "not text",
    probes: [guess(42, "A number instead of text")],
  };
  if (of !== "digits") return [other];
  return [
    {
      valid: false,
      range: "other characters than digits",
      probes: [guess("12a4", "A letter among the digits")],
    },
    other,
  ];
}

/** A value of a given size that the other constraints of the rule accept; `null` when none is found. */
function valueOf(of: Length["of"], size: number, passes: Passes, samples: Samples): Json | null {
  const candidates: Json[] = [
    ...samples.valid.flatMap((sample) => stretched(sample, size)),
    ...plain(of, size),
  ];
  return candidates.find((candidate) => sizeOf(of, candidate) === size && passes(candidate)) ?? null;
}

function plain(of: Length["of"], size: number): Json[] {
  if (of === "items")
    return [
      Array.from({ length: size }, () => "item"),
      Array.from({ length: size }, (_, index) => `item${index + 1}`),
    ];
  if (of === "words") return [Array.from({ length: size }, () => "word").join(" ")];
  if (of === "digits") return ["1".repeat(size), "123456789".repeat(Math.ceil(size / 9)).slice(0, size)];
  return ["a", "A", "1", "-"]
    .map((character) => character.repeat(size))
    .concat(["a", "A", "1", "aA1!"].map((unit) => mixture(unit, size)));
}

function mixture(unit: string, size: number): string {
  return ["aA1!", unit]
    .join("")
    .repeat(Math.ceil(size / (4 + unit.length)))
    .slice(0, size);
}

/** A sample made longer in the middle, at the end or at the start, or cut. */
function stretched(sample: string, size: number): string[] {
  const letters = Array.from(sample);
  const missing = size - letters.length;
  if (missing === 0) return [sample];
  if (missing < 0) return [letters.slice(0, size).join("")];
  const half = Math.ceil(sample.length / 2);
  return ["a", "1", "A"].flatMap((filler) => [
    sample + filler.repeat(missing),
    filler.repeat(missing) + sample,
    sample.slice(0, half) + filler.repeat(missing) + sample.slice(half),
  ]);
}
