/** One line of Prometheus' text format. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const SAMPLE =
  /^(?<name>[a-zA-Z_:][\w:]*)(?:\{(?<labels>[^\n]*)\})? (?<value>[-+]?(?:\d[\d.e+-]*|Inf)|NaN)$/u;
const LABEL = /(?<key>[a-zA-Z_]\w*)="(?<text>(?:[^"\\\n]|\\["\\n])*)"(?:,|$)/guy;

/**
 * Reads Prometheus' text format, strictly: each line is one of it, each sample comes after the type of its family, no
 * family comes twice, no series comes twice. @throws on what is none.
 */
export function parsePrometheus(text: string): readonly Sample[] {
  if (!text.endsWith("\n")) throw new Error("the last line has no end");
  const samples: Sample[] = [];
  const types = new Map<string, string>();
  const seen = new Set<string>();
  let family = "";
  for (const line of text.slice(0, -1).split("\n")) {
    const comment = /^# (HELP|TYPE) (\S+) (.+)$/u.exec(line);
    if (comment !== null) {
      const [, what, name = "", rest = ""] = comment;
      if (what === "TYPE" && types.has(name)) throw new Error(`${name} comes twice`);
      if (what === "TYPE") types.set(name, rest);
      family = name;
      continue;
    }
    const { name, labels, value } = SAMPLE.exec(line)?.groups ?? {};
    if (name === undefined) throw new Error(`this is no line of it: ${line}`);
    const base = types.get(family) === "histogram" ? name.replace(/_(?:bucket|sum|count)$/u, "") : name;
    if (base !== family || !types.has(family)) throw new Error(`${name} does not belong to ${family}`);
    if (seen.has(line.slice(0, line.lastIndexOf(" ")))) throw new Error(`comes twice: ${line}`);
    seen.add(line.slice(0, line.lastIndexOf(" ")));
    samples.push({
      name,
      labels: readLabels(labels ?? ""),
      value: Number(value?.replace("Inf", "Infinity")),
    });
  }
  return samples;
}

/** The value of the series with these labels and no others; null where there is none. */
export function valueOf(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>>,
): number | null {
  const wanted = Object.entries(labels);
  const found = samples.find(
    (sample) =>
      sample.name === name &&
      Object.keys(sample.labels).length === wanted.length &&
      wanted.every(([key, value]) => sample.labels[key] === value),
  );
  return found?.value ?? null;
}

function readLabels(text: string): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {};
  let end = 0;
  for (const match of text.matchAll(LABEL)) {
    const { key = "", text: value = "" } = match.groups ?? {};
    labels[key] = value.replaceAll(/\\(["\\n])/gu, (_, of: string) => (of === "n" ? "\n" : of));
    end = match.index + match[0].length;
  }
  if (end !== text.length) throw new Error(`these are no labels: ${text}`);
  return labels;
}
