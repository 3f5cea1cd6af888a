import { request as httpRequest } from "node:http";
import type { Agent, ClientRequest, IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { HOP_BY_HOP } from "../hop-by-hop.ts";
import { TOKEN_HEADER, type Tokens } from "../tokens.ts";
import { appPath } from "../bus/app-path.ts";
import type { AppAddress } from "../bus/app-client.ts";
import type { AppResources } from "../resources/app-resources.ts";
import type { Slots } from "../bus/slots.ts";
import type { Call } from "./call.ts";
import { invokeUnderPolicy } from "./invoke-under-policy.ts";
import { isActive } from "../resiliency/run-policy.ts";
import { plainError } from "./dapr-error.ts";

/** An app that can be called. */
export interface InvokeTargetApp extends AppAddress {
  /** False: its health check fails. */
  readonly healthy: boolean;
  /** Shared with its deliveries; null = no limit. */
  readonly slots: Slots | null;
  /** What its Configuration says about who may call it. */
  mayInvoke(caller: string, path: string, verb: string): boolean;
}

/** The apps of the run, by app id. */
export interface InvokeContext {
  readonly appId: string;
  readonly agent: Agent;
  readonly tokens: Tokens;
  /** Null: no such app in this run. */
  app(appId: string): InvokeTargetApp | null;
  /** What the resources mean for this app, as they are now. */
  resources(): AppResources;
}

interface Target {
  readonly appId: string;
  /** Path and query as they are sent. */
  readonly path: string;
}

/** They say whom to call: not passed on either. */
const ADDRESSES: ReadonlySet<string> = new Set(["host", "dapr-app-id"]);
/** In the words of daprd. */
const UNHEALTHY = "rpc error: code = Internal desc = app is not in a healthy state";

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

/** Calls another app of the run. Bodies are streamed both ways, status and headers passed on as they are. */
export async function handleInvoke(context: InvokeContext, call: Call, target: Target): Promise<void> {
  const app = context.app(target.appId.split(".", 1)[0] ?? "") ?? context.app(target.appId);
  if (app === null) throw invokeFailed(target.appId, `couldn't find service: ${target.appId}`);
  // As with daprd: a call of its own app goes through no other sidecar.
  const isOwn = target.appId === context.appId;
  if (!isOwn && !app.mayInvoke(context.appId, target.path, call.method))
    throw invokeFailed(target.appId, accessDenied(context.appId, target, call.method));
  if (!app.healthy) throw invokeFailed(target.appId, UNHEALTHY);
  const { resiliency } = context.resources();
  const policy = resiliency.app(target.appId, target.path.split("?", 1)[0] ?? "");
  if (isActive(policy)) {
    const open = async (): Promise<ClientRequest> => {
      const connected = await connect(context, call, target, app);
      if (connected.ok) return connected.outgoing;
      throw new Error(connected.message);
    };
    const failed = (why: string): Error => invokeFailed(target.appId, why);
    const way = { slots: app.slots, open, headersOf: withoutHops, failed };
    return await invokeUnderPolicy(policy, call, way);
  }
  const giveBack = await app.slots?.take();
  try {
    await invoke(context, call, target, app);
  } finally {
    giveBack?.();
  }
}

async function invoke(
  context: InvokeContext,
  call: Call,
  target: Target,
  app: InvokeTargetApp,
): Promise<void> {
  const { resiliency } = context.resources();
  const { serviceRetries } = resiliency;
  for (let attempt = 1; ; attempt += 1) {
    const connected = await connect(context, call, target, app);
    if (connected.ok) return await forward(call, connected.outgoing, target.appId);
    const delay = resiliency.hasApp(target.appId) ? null : serviceRetries.delay(attempt);
    if (delay === null) throw invokeFailed(target.appId, connected.message);
    // Refused before a byte of the body was read: the app is starting again.
    await wait(delay);
    if (call.request.destroyed) return;
  }
}

type Connected =
  | { readonly ok: true; readonly outgoing: ClientRequest }
  | { readonly ok: false; readonly message: string };

function connect(
  context: InvokeContext,
  call: Call,
  target: Target,
  { host, port }: AppAddress,
): Promise<Connected> {
  return new Promise((resolve) => {
    const headers = forwardedHeaders(context, target.appId, call.request);
    const outgoing = httpRequest({
      host,
      port,
      method: call.method,
      path: target.path,
      headers,
      agent: context.agent,
    });
    outgoing.once("error", (error) => resolve({ ok: false, message: error.message }));
    outgoing.once("socket", (socket) => {
      if (!socket.connecting) resolve({ ok: true, outgoing });
      else socket.once("connect", () => resolve({ ok: true, outgoing }));
    });
  });
}

function forward(call: Call, outgoing: ClientRequest, appId: string): Promise<void> {
  const { request, response } = call;
  return new Promise((resolve, reject) => {
    outgoing.on("response", (incoming) => {
      try {
        response.writeHead(incoming.statusCode ?? 502, withoutHops(incoming));
      } catch (error) {
        // A status or a header that Node reads and does not write.
        outgoing.destroy();
        reject(invokeFailed(appId, `its answer cannot be passed on: ${String(error)}`));
        return;
      }
      incoming.pipe(response);
      incoming.on("close", () => {
        if (!incoming.complete) response.destroy();
        resolve();
      });
    });
    // Nobody asked for another protocol; unheard, it would end without an answer.
    outgoing.on("upgrade", (_response, socket) => {
      socket.destroy();
      reject(invokeFailed(appId, "the app changed the protocol"));
    });
    outgoing.on("error", (error) => reject(invokeFailed(appId, error.message)));
    // The caller went away: so does the call.
    response.on("close", () => {
      if (!response.writableFinished) outgoing.destroy();
      resolve();
    });
    request.pipe(outgoing);
  });
}

function forwardedHeaders(
  { appId, tokens }: InvokeContext,
  calleeId: string,
  request: IncomingMessage,
): OutgoingHttpHeaders {
  const { [TOKEN_HEADER]: sent, ...headers } = withoutHops(request);
  // What a sidecar asks of its callers is not the app's business; where it asks nothing it passes on what it gets.
  const token = tokens.app ?? (tokens.api === undefined ? sent : undefined);
  const withToken = token === undefined ? {} : { [TOKEN_HEADER]: token };
  // As with daprd: a call of its own app goes through no other sidecar.
  if (calleeId === appId) return { ...headers, ...withToken };
  const host = request.headers.host ?? "localhost";
  const address = request.socket.remoteAddress ?? "127.0.0.1";
  return {
    ...headers,
    ...withToken,
    "dapr-caller-app-id": appId,
    "dapr-callee-app-id": calleeId,
    "dapr-caller-namespace": process.env["NAMESPACE"] ?? "default",
    "x-forwarded-for": address,
    "x-forwarded-host": host,
    forwarded: `for=${address};by=${address};host=${host}`,
  };
}

function withoutHops(message: IncomingMessage): OutgoingHttpHeaders {
  const headers: Record<string, string[]> = {};
  const { rawHeaders } = message;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? "").toLowerCase();
    if (HOP_BY_HOP.has(name) || ADDRESSES.has(name)) continue;
    (headers[name] ??= []).push(rawHeaders[i + 1] ?? "");
  }
  return headers;
}

function basicUser(authorization: string | undefined): string | null {
  if (authorization === undefined || !/^basic /iu.test(authorization)) return null;
  const [user, ...password] = Buffer.from(authorization.slice(6), "base64").toString().split(":");
  return user === "dapr-app-id" ? password.join(":") : null;
}

function accessDenied(caller: string, { appId, path }: Target, verb: string): string {
  return `access control policy has denied access to id: ${caller} operation: ${path.split("?", 1)[0]} verb: ${verb} of ${appId}`;
}

function invokeFailed(appId: string, why: string): Error {
  return plainError(500, "ERR_DIRECT_INVOKE", `failed to invoke, id: ${appId}, err: ${why}`);
}
