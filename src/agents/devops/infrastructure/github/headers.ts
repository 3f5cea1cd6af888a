/** What GitHub says of a limit: for a secondary one that names no time a minute, as its documents ask. */
const SECONDARY_SECONDS = 60;
/** A limit is an hour long; a clock that is wrong must not make it a day. */
const MOST_SECONDS = 3600;

interface Refused {
  readonly status: number;
  readonly headers: Headers;
  readonly message: string;
  readonly now: number;
}

/**
 * For how many seconds nothing is to be asked; `null` where no limit was reached. A 403 is a limit when its quota is used
 * up, when it has `retry-after`, or when it says so in words: else it is a permission that is missing.
 */
export function laterThan({ status, headers, message, now }: Refused): number | null {
  if (status !== 403 && status !== 429) return null;
  const after = seconds(headers.get("retry-after"));
  if (after !== null) return bounded(after);
  if (headers.get("x-ratelimit-remaining") === "0") {
    const reset = seconds(headers.get("x-ratelimit-reset"));
    return bounded(reset === null ? SECONDARY_SECONDS : reset - Math.floor(now / 1000));
  }
  return status === 429 || /secondary rate limit|abuse detection/iu.test(message) ? SECONDARY_SECONDS : null;
}

function seconds(text: string | null): number | null {
  return text !== null && /^\d{1,12}$/u.test(text.trim()) ? Number(text) : null;
}

function bounded(value: number): number {
  return Math.min(Math.max(value, 1), MOST_SECONDS);
}

/**
 * The next page by the Link header (RFC 8288); `null` on the last one. A link to another server is not followed: the
 * token goes with it.
 */
export function nextPage(link: string | null, api: string): string | null {
  for (const [, target = "", parameters = ""] of (link ?? "").matchAll(/<([^<>]*)>((?:\s*;[^,<]*)*)/gu)) {
    if (!/;\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next\b)/iu.test(parameters)) continue;
    const url = URL.canParse(target, api) ? new URL(target, api) : null;
    return url !== null && url.origin === new URL(api).origin ? url.href : null;
  }
  return null;
}
