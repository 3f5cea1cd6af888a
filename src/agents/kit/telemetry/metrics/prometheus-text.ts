import type { Point, Reading } from "./registry.ts";

/** What `GET /metrics` is sent as: https://prometheus.io/docs/instrumenting/exposition_formats/. */
export const PROMETHEUS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

const UNITS: Readonly<Record<string, string>> = { s: "_seconds", By: "_bytes" };

/**
 * Metrics in Prometheus' text format, named as OpenTelemetry lays down for it
 * (https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/): dots become underscores, units and
 * `_total` are appended, what is known of the service stands in `target_info`.
 */
export function prometheusText(
  readings: readonly Reading[],
  target: Readonly<Record<string, string>> = {},
): string {
  const lines: string[] = [];
  if (Object.keys(target).length > 0) {
    lines.push("# HELP target_info Target metadata", "# TYPE target_info gauge");
    lines.push(`target_info${labelText(Object.entries(target))} 1`);
  }
  for (const reading of readings) {
    if (reading.points.length === 0) continue;
    const name = nameOf(reading);
    lines.push(`# HELP ${name} ${escapeHelp(reading.description)}`, `# TYPE ${name} ${reading.kind}`);
    if (reading.kind === "histogram") for (const point of reading.points) lines.push(...buckets(name, point));
    else for (const { labels, value } of reading.points) lines.push(`${name}${labelText(labels)} ${value}`);
  }
  return `${lines.join("\n")}\n`;
}

function buckets(
  name: string,
  { labels, value }: Extract<Reading, { kind: "histogram" }>["points"][number],
): readonly string[] {
  let below = 0;
  const lines = value.counts.map((count, index) => {
    below += count;
    const bound = value.bounds[index];
    const le: Point<number>["labels"][number] = ["le", bound === undefined ? "+Inf" : bound];
    return `${name}_bucket${labelText([...labels, le])} ${below}`;
  });
  return [
    ...lines,
    `${name}_sum${labelText(labels)} ${value.sum}`,
    `${name}_count${labelText(labels)} ${value.count}`,
  ];
}

function nameOf({ name, unit, kind }: Reading): string {
  const base = plain(name) + (UNITS[unit] ?? "");
  return kind === "counter" ? `${base}_total` : base;
}

function plain(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_]/g, "_");
}

function labelText(labels: Iterable<readonly [string, string | number]>): string {
  const texts = [...labels].map(([name, value]) => `${plain(name)}="${escapeLabel(String(value))}"`);
  return texts.length === 0 ? "" : `{${texts.join(",")}}`;
}

function escapeLabel(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}
