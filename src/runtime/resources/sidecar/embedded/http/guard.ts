import type { IncomingMessage } from "node:http";

const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/iu;

/**
 * Why a request is refused before anything of it is read; null where it may pass. A web page can reach loopback: by
 * its own name that resolves to 127.0.0.1 (the Host tells) or from its own origin (the browser says so in Origin or
 * Sec-Fetch-Site). No program that talks to its sidecar sends any of these. `isPublic`: it listens beyond loopback, where
 * it goes by other names too.
 */
export function refusal(request: IncomingMessage, isPublic: boolean): string | null {
  const { host, origin, "sec-fetch-site": site } = request.headers;
  if (!isPublic && (host === undefined || !LOOPBACK.test(host)))
    return `the Host ${host ?? "(none)"} is not loopback`;
  if (origin !== undefined) return `requests from web pages are refused (Origin ${origin})`;
  if (site !== undefined && site !== "none") return "requests from web pages are refused";
  return null;
}
