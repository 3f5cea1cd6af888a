/** Stands for itself in a path or a query (RFC 3986 §2); `%` because a route may be escaped already. */
const ESCAPED = /[^!#-;=?-Z[\]_a-z~]/gu;
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\0-\u001f\u007f]/u;
const BAD_ESCAPE = /^[^?]*%(?![\da-f]{2})/iu;

/**
 * A route as it is sent: what a path cannot hold is escaped, a fragment left out, as daprd does it. Null where it cannot
 * be sent: it holds a control character, or a `%` that escapes nothing.
 */
export function appPath(route: string): string | null {
  const path = (route.startsWith("/") ? route : `/${route}`).replace(/#.*$/su, "");
  if (CONTROL.test(path) || BAD_ESCAPE.test(path)) return null;
  return path.toWellFormed().replace(ESCAPED, encodeURIComponent);
}
