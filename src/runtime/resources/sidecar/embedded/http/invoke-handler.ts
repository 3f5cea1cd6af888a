import { request as httpRequest } from "node:http";
import type { Agent, ClientRequest, IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { hostname } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { HOP_BY_HOP } from "../hop-by-hop.ts";
import { TOKEN_HEADER, type Tokens } from "../tokens.ts";
import type { AppAddress } from "../bus/app-client.ts";
import type { AppResources } from "../resources/app-resources.ts";
import type { Slots } from "../bus/slots.ts";
import type { Call } from "./call.ts";
import { invokeUnderPolicy } from "./invoke-under-policy.ts";
import { isActive } from "../resiliency/run-policy.ts";
import { plainError } from "./dapr-error.ts";
import {
  accessDenied,
  CALLER_HEADER,
  FAILED_HEADER,
  INVOKE_TOKEN_HEADER,
  InvokeFailure,
  UNHEALTHY,
} from "./invoke-words.ts";
import type { Target } from "./invoke-target.ts";
import type { Neighbour } from "../neighbourhood.ts";

/** An app that can be called. */
export interface InvokeTargetApp extends AppAddress {
  /** False: its health check fails. */
  readonly healthy: boolean;
  /** Shared with its deliveries; null = no limit. */
  readonly slots: Slots | null;
  /** Its sidecar is in another process, and is what is called: the token that it wants. */
  readonly through?: string;
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
  /** Of the sidecars of other processes the one of an app; a text: why there is none, in the words of daprd. */
  neighbour(appId: string): Neighbour | string;
  /** One of them does not listen. */
  loseNeighbour(token: string): void;
  /** What the resources mean for this app, as they are now. */
  resources(): AppResources;
}

/** They say whom to call: not passed on either. */
const ADDRESSES: ReadonlySet<string> = new Set([
  "host",
  "dapr-app-id",
  CALLER_HEADER,
  INVOKE_TOKEN_HEADER,
  FAILED_HEADER,
]);

/** Calls another app. Bodies are streamed both ways, status and headers passed on as they are. */
export async function handleInvoke(context: InvokeContext, call: Call, target: Target): Promise<void> {
  try {
    await invokeTargetApp(context, call, target);
  } catch (error) {
    throw error instanceof InvokeFailure
      ? plainError(
          error.status,
          "ERR_DIRECT_INVOKE",
          `failed to invoke, id: ${target.appId}, err: ${error.message}`,
        )
      : error;
  }
}

async function invokeTargetApp(context: InvokeContext, call: Call, target: Target): Promise<void> {
  const app = findApp(context, target.appId);
  // As with daprd: a call of its own app goes through no other sidecar.
  const isOwn = target.appId === context.appId;
  if (!isOwn && !app.mayInvoke(context.appId, target.path, call.method))
    throw accessDenied(context.appId, target.path, call.method);
  if (!app.healthy) throw new InvokeFailure(UNHEALTHY);
  const { resiliency } = context.resources();
  const policy = resiliency.app(target.appId, target.path.split("?", 1)[0] ?? "");
  if (isActive(policy)) {
    const open = async (): Promise<ClientRequest> => {
      const at = app.through === undefined ? app : findApp(context, target.appId);
      const connected = await connect(context, call, target, at);
      if (connected.ok) return connected.outgoing;
      if (at.through !== undefined) context.loseNeighbour(at.through);
      throw new Error(connected.message);
    };
    const way = { slots: app.slots, open, headersOf: withoutHops, failureOf };
    return await invokeUnderPolicy(policy, call, way);
  }
  await callApp(context, call, target, app);
}

/** Here, else by its sidecar in another process. */
function findApp(context: InvokeContext, id: string): InvokeTargetApp {
  const appId = withoutNamespace(id);
  const here = context.app(appId) ?? context.app(id);
  if (here !== null) return here;
  const there = context.neighbour(appId);
  if (typeof there === "string") throw new InvokeFailure(there);
  if (there.at === "daprd")
    throw new InvokeFailure(
      `its sidecar at ${there.address} is a daprd, which takes calls by Dapr's internal gRPC only; this one is embedded`,
    );
  const { host, port, token } = there;
  return { host, port, healthy: true, slots: null, through: token, mayInvoke: () => true };
}

/** `app.namespace`: where nothing but a machine is, there is one namespace. */
function withoutNamespace(id: string): string {
  return id.split(".", 1)[0] ?? "";
}

/** Calls an app with what it allows at once. */
export async function callApp(
  context: InvokeContext,
  call: Call,
  target: Target,
  app: InvokeTargetApp,
  attempts: "retried" | "once" = "retried",
): Promise<void> {
  const giveBack = await app.slots?.take();
  try {
    await invoke(context, call, target, app, attempts);
  } finally {
    giveBack?.();
  }
}

async function invoke(
  context: InvokeContext,
  call: Call,
  target: Target,
  app: InvokeTargetApp,
  attempts: "retried" | "once",
): Promise<void> {
  const { resiliency } = context.resources();
  const { serviceRetries } = resiliency;
  for (let attempt = 1; ; attempt += 1) {
    // What another process said may be over: it is looked for anew.
    const again = attempt > 1 && app.through !== undefined;
    const at = again ? findApp(context, target.appId) : app;
    const connected = await connect(context, call, target, at);
    if (connected.ok) return await forward(call, connected.outgoing);
    if (at.through !== undefined) context.loseNeighbour(at.through);
    const delay =
      attempts === "once" || resiliency.hasApp(target.appId) ? null : serviceRetries.delay(attempt);
    if (delay === null) throw new InvokeFailure(connected.message);
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
  { host, port, through }: InvokeTargetApp,
): Promise<Connected> {
  return new Promise((resolve) => {
    const headers = forwardedHeaders(context, target.appId, call.request, through);
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

function forward(call: Call, outgoing: ClientRequest): Promise<void> {
  const { request, response } = call;
  return new Promise((resolve, reject) => {
    outgoing.on("response", (incoming) => {
      const failed = failureOf(incoming);
      if (failed !== null) {
        incoming.resume();
        reject(failed);
        return;
      }
      try {
        response.writeHead(incoming.statusCode ?? 502, withoutHops(incoming));
      } catch (error) {
        // A status or a header that Node reads and does not write.
        outgoing.destroy();
        reject(new InvokeFailure(`its answer cannot be passed on: ${String(error)}`));
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
      reject(new InvokeFailure("the app changed the protocol"));
    });
    outgoing.on("error", (error) => reject(new InvokeFailure(error.message)));
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
  through: string | undefined,
): OutgoingHttpHeaders {
  const { [TOKEN_HEADER]: sent, ...headers } = withoutHops(request);
  // What a sidecar asks of its callers is not the app's business; where it asks nothing it passes on what it gets.
  const passed = tokens.api === undefined ? sent : undefined;
  // Another sidecar has a token of its own for its app.
  const token = through === undefined ? (tokens.app ?? passed) : passed;
  const withToken = token === undefined ? {} : { [TOKEN_HEADER]: token };
  // As with daprd: a call of its own app goes through no other sidecar.
  if (calleeId === appId) return { ...headers, ...withToken };
  // Its own, as daprd: whoever is called sees from which machine.
  const host = hostname();
  const address = "127.0.0.1";
  return {
    ...headers,
    ...withToken,
    "dapr-caller-app-id": appId,
    "dapr-callee-app-id": withoutNamespace(calleeId),
    "dapr-caller-namespace": process.env["NAMESPACE"] ?? "default",
    "x-forwarded-for": address,
    "x-forwarded-host": host,
    forwarded: `for=${address};by=${address};host=${host}`,
    ...(through === undefined ? {} : { [CALLER_HEADER]: appId, [INVOKE_TOKEN_HEADER]: through }),
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

/** Why another sidecar did not pass the call on; null = this is the app's answer. */
function failureOf({ headers, statusCode }: IncomingMessage): InvokeFailure | null {
  const why = headers[FAILED_HEADER];
  return typeof why === "string" ? new InvokeFailure(decodeURIComponent(why), statusCode) : null;
}
