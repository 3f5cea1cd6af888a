import { appPath } from "../bus/app-path.ts";
import type { Call } from "./call.ts";

/** Whom an invocation is for. */
export interface Target {
  readonly appId: string;
  /** Path and query as they are sent. */
  readonly path: string;
}

/** `/v1.0/invoke/{app}/method/{path}`, the header `dapr-app-id`, or the user of a basic authorization; null where the call names no app. */
export function invokeTarget(call: Call): Target | null {
  const query = call.rawQuery === "" ? "" : `?${call.rawQuery}`;
  const [, api, appId] = call.segments;
  if (
    call.segments[0] === "v1.0" &&
    api === "invoke" &&
    appId !== undefined &&
    call.segments[3] === "method"
  ) {
    const marker = call.rawPath.indexOf("/method", call.rawPath.indexOf("/invoke/"));
    const rest = call.rawPath.slice(marker + "/method".length);
    return { appId, path: `${unescaped(rest === "" ? "/" : rest)}${query}` };
  }
  const named = call.request.headers["dapr-app-id"] ?? basicUser(call.request.headers.authorization);
  return typeof named === "string" && named !== "" ? { appId: named, path: call.rawPath + query } : null;
}

/** As daprd, which reads the path and writes it again: what need not be escaped is not, a slash least of all. */
function unescaped(path: string): string {
  if (!path.includes("%")) return path;
  try {
    return (
      appPath(
        decodeURIComponent(path).replaceAll("%", "%25").replaceAll("?", "%3F").replaceAll("#", "%23"),
      ) ?? path
    );
  } catch {
    return path;
  }
}

function basicUser(authorization: string | undefined): string | null {
  if (authorization === undefined || !/^basic /iu.test(authorization)) return null;
  const [user, ...password] = Buffer.from(authorization.slice(6), "base64").toString().split(":");
  return user === "dapr-app-id" ? password.join(":") : null;
}
