/** The parts of a publish request's metadata that mean something to the sidecar. */
export interface EnvelopeOverrides {
  readonly id: string | null;
  readonly source: string | null;
  readonly type: string | null;
  readonly subject: string | null;
  readonly traceid: string | null;
  readonly traceparent: string | null;
  readonly tracestate: string | null;
}

const PREFIX = "cloudevent.";
const NONE: EnvelopeOverrides = {
  id: null,
  source: null,
  type: null,
  subject: null,
  traceid: null,
  traceparent: null,
  tracestate: null,
};

/** `metadata.cloudevent.<attribute>`, in any case. */
export function envelopeOverrides(metadata: Readonly<Record<string, string>>): EnvelopeOverrides {
  let overrides = NONE;
  for (const [name, value] of Object.entries(metadata)) {
    const lower = name.toLowerCase();
    if (!lower.startsWith(PREFIX)) continue;
    const attribute = lower.slice(PREFIX.length);
    if (Object.hasOwn(NONE, attribute)) overrides = { ...overrides, [attribute]: value };
  }
  return overrides;
}

/** `rawPayload` as Dapr reads it; null where the value is no boolean. */
export function rawPayload(
  metadata: Readonly<Record<string, string>>,
): { readonly ok: true; readonly raw: boolean } | { readonly ok: false; readonly found: string } {
  const found = Object.entries(metadata).find(([name]) => name.toLowerCase() === "rawpayload")?.[1];
  if (found === undefined || found === "") return { ok: true, raw: false };
  if (/^(?:1|t|T|true|TRUE|True)$/u.test(found)) return { ok: true, raw: true };
  return /^(?:0|f|F|false|FALSE|False)$/u.test(found) ? { ok: true, raw: false } : { ok: false, found };
}

/** Time to live in ms; null where there is none. What cannot be read counts as none, as it does in Dapr. */
export function ttlMs(metadata: Readonly<Record<string, string>>): number | null {
  const found = Object.entries(metadata).find(([name]) => /^ttl(?:inseconds)?$/iu.test(name))?.[1];
  if (found === undefined) return null;
  const ms = /^[+-]?\d+$/u.test(found) ? Number(found) * 1000 : goDuration(found);
  return ms !== null && ms > 0 ? ms : null;
}

const UNITS: ReadonlyMap<string, number> = new Map([
  ["ns", 1e-6],
  ["us", 1e-3],
  ["µs", 1e-3],
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
]);

/** `1h15m`, `1.5s`, `300ms`: Go's time.ParseDuration. */
export function goDuration(text: string): number | null {
  if (!/^(?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h))+$/u.test(text)) return null;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)/gu))
    total += Number(amount) * (UNITS.get(unit ?? "") ?? 0);
  return total;
}
