import type { Context, MiddlewareHandler } from "hono";
import { Problem } from "./problem.ts";
import { problemResponse } from "./problem-document.ts";

const LOCAL_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i;

/**
 * Inside a local run no page of a browser on this machine may act on an agent, except the agent's own: the Host must be
 * local (a name that was rebound to 127.0.0.1 is not), the Origin the agent's own, and the browser must not report that
 * another site asks. Programs that are no browsers send neither Origin nor Sec-Fetch-Site. A sidecar that shows the token may
 * come from elsewhere: in a container it knows this machine by another name.
 */
export function localGuard(appToken: string | null): MiddlewareHandler {
  return async (c, next) => {
    const trusted = appToken !== null && c.req.header("dapr-api-token") === appToken;
    const reason = trusted ? null : refusal(c);
    if (reason === null) return await next();
    return problemResponse(
      new Problem(403, reason, {
        kind: "forbidden",
        title: "Refused",
        hint: "Inside a local run an agent answers only to programs and to its own pages on this machine.",
      }),
      c.req.path,
    );
  };
}

function refusal(c: Context): string | null {
  const host = c.req.header("host") ?? "";
  if (!LOCAL_HOST.test(host)) return `The Host header "${host}" is not this machine.`;
  const origin = c.req.header("origin");
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`) {
    return `The origin "${origin}" is foreign.`;
  }
  const site = c.req.header("sec-fetch-site");
  const asksAnother = site === "cross-site" || site === "same-site";
  const opensPage = c.req.method === "GET" && c.req.header("sec-fetch-mode") === "navigate";
  return asksAnother && !opensPage ? "Another site asks." : null;
}
