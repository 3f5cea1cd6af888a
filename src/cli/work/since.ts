import { AgentsError } from "../../runtime/model/errors.ts";

const UNITS: Readonly<Record<string, number | undefined>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `--since`: `30s`, `5m`, `2h`, `1d` ago, or a time in ISO 8601; gives ISO 8601 UTC. */
export function parseSince(text: string, now: Date): string {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
  const factor = UNITS[unit ?? ""];
  if (amount !== undefined && factor !== undefined)
    return new Date(now.getTime() - Number(amount) * factor).toISOString();
  const time = Date.parse(text);
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(time)) return new Date(time).toISOString();
  const expected = "a length of time such as 5m, or a time in ISO 8601";
  throw new AgentsError("AGENTS_USAGE", `--since is ${JSON.stringify(text)}: expected ${expected}.`, {
    path: "--since",
    expected,
    found: JSON.stringify(text),
    hint: "For example: --since 30s, --since 5m, --since 2026-01-31T09:00:00Z",
  });
}
