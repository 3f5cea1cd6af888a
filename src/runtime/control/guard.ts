import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** A request that is not let in: the status to answer with, and why, for people. */
export interface Refusal {
  readonly status: 401 | 403;
  readonly message: string;
}

/** Decides about a request before anything of it is looked at; null lets it in. */
export type Guard = (request: IncomingMessage) => Refusal | null;

/**
 * Keeps web pages out. A page in a browser on this machine can send requests to loopback, but not choose these headers:
 * - `Host` names what the browser connected to: anything but loopback means a name was rebound to this machine;
 * - `Origin` is added to every request that another page could make with effects: nobody who belongs here sends one;
 * - `Sec-Fetch-Site` marks the rest (images, scripts, navigation) (Fetch Metadata, https://www.w3.org/TR/fetch-metadata/).
 * Only then the token is looked at, so that a page learns nothing about it.
 */
export function createGuard(token: string): Guard {
  const expected = digest(`Bearer ${token}`);
  return (request) => {
    const hosts = request.rawHeaders.filter(
      (name, index) => index % 2 === 0 && name.toLowerCase() === "host",
    ).length;
    if (hosts !== 1 || !LOOPBACK.test(request.headers.host ?? "")) {
      return { status: 403, message: "The Host of the request is not this machine's loopback." };
    }
    if (request.headers.origin !== undefined) {
      return { status: 403, message: "Requests from web pages are refused (it has an Origin)." };
    }
    const site = request.headers["sec-fetch-site"];
    if (site !== undefined && site !== "none") {
      return { status: 403, message: "Requests from web pages are refused (Sec-Fetch-Site)." };
    }
    // Digests have one length, so the comparison takes the same time for every token.
    if (!timingSafeEqual(digest(request.headers.authorization ?? ""), expected)) {
      return { status: 401, message: "The token is missing or wrong." };
    }
    return null;
  };
}

const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i;

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
