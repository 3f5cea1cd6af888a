import { sendEmpty, queryParameter, type Call } from "./call.ts";
import { absentBlock } from "./absent-blocks.ts";
import { refuseOutputBinding } from "./binding-handler.ts";
import { handleBulkPublish } from "./bulk-publish-handler.ts";
import { plainError, TextError } from "./dapr-error.ts";
import { handleInvoke, type InvokeContext } from "./invoke-handler.ts";
import { invokeTarget } from "./invoke-target.ts";
import { getMetadata, putMetadata, type MetadataContext } from "./metadata-handler.ts";
import { handlePublish, type PublishContext } from "./publish-handler.ts";
import { handleSecret } from "./secret-handler.ts";
import type { SecretStore } from "../secrets/secret-store.ts";
import { handleState, refuseQuery, type StateContext } from "./state-handler.ts";

/** All that one sidecar's API works on. */
export interface ApiContext extends PublishContext, StateContext, MetadataContext, InvokeContext {
  readonly secrets: ReadonlyMap<string, SecretStore>;
  /** True once the app has been found. */
  appFound(): boolean;
  /** Why events cannot be kept any more; null where they can. */
  lost(): string | null;
  /** `forced`: the caller wants nothing to be waited for. */
  shutdown(forced: boolean): void;
}

/** Answers a call by Dapr's HTTP API (https://docs.dapr.io/reference/api/). The busiest route comes first. */
export async function route(context: ApiContext, call: Call): Promise<void> {
  const { segments, method } = call;
  const [version, block] = segments;
  const writes = method === "POST" || method === "PUT";
  if (!isOpen(context, call)) throw noRoute(context);
  if (block === "publish" && writes && segments.length >= 4) {
    if (segments[2] === "bulk" && segments.length >= 5) {
      return handleBulkPublish(context, call, segments[3] ?? "", segments.slice(4).join("/"));
    }
    if (version === "v1.0")
      return handlePublish(context, call, segments[2] ?? "", segments.slice(3).join("/"));
  }
  const target = invokeTarget(call);
  if (target !== null) return handleInvoke(context, call, target);
  if (version === "v1.0" && (await routeStable(context, call))) return;
  if (version === "v1.0" && block === "bindings" && writes && segments.length === 3)
    return refuseOutputBinding(call, segments[2] ?? "");
  if (version === "v1.0-alpha1" && block === "state" && segments[3] === "query")
    refuseQuery(context, segments[2] ?? "");
  throw absentBlock(segments) ?? noRoute(context);
}

/** The public port: health and metadata, whoever asks, and nothing else. */
export async function routePublic(context: ApiContext, call: Call): Promise<void> {
  const [version, block] = call.segments;
  const isServed = version === "v1.0" && (block === "healthz" || block === "metadata");
  if (isServed && (await routeStable(context, call))) return;
  throw new TextError(404, "404 page not found\n");
}

/** A Configuration may close APIs: they are as if they were not there. Health always answers. */
function isOpen(context: ApiContext, { segments, request }: Call): boolean {
  const [version = "", block = "", second] = segments;
  const { configuration } = context.resources();
  if (!/^v1\.0(?:-|$)/u.test(version))
    return request.headers["dapr-app-id"] === undefined || configuration.mayCall("invoke", "v1.0");
  if (block === "healthz") return true;
  return configuration.mayCall(block === "publish" && second === "bulk" ? "publish" : block, version);
}

async function routeStable(context: ApiContext, call: Call): Promise<boolean> {
  const { segments, method } = call;
  const [, block = "", first, second] = segments;
  const writes = method === "POST" || method === "PUT";
  switch (block) {
    case "healthz":
      return method === "GET" && health(context, call);
    case "state":
      return first !== undefined && handleState(context, call, first, segments.slice(3));
    case "secrets":
      if (method !== "GET" || first === undefined || second === undefined || segments.length > 4)
        return false;
      await handleSecret(context, call, first, second);
      return true;
    case "metadata":
      if (method === "GET" && first === undefined) getMetadata(context, call);
      else if (method === "PUT" && first !== undefined && second === undefined)
        await putMetadata(context, call, first);
      else return false;
      return true;
    case "shutdown":
      if (!writes) return false;
      sendEmpty(call);
      context.shutdown(call.request.headers["dapr-force-shutdown"] === "true");
      return true;
    default:
      return false;
  }
}

function health(context: ApiContext, call: Call): boolean {
  const [, , what] = call.segments;
  if (what !== undefined && what !== "outbound") return false;
  const lost = context.lost();
  if (lost !== null) {
    throw what === undefined
      ? plainError(500, "ERR_HEALTH_NOT_READY", `dapr is not ready: [${lost}]`)
      : plainError(500, "ERR_OUTBOUND_HEALTH_NOT_READY", `dapr outbound is not ready: [${lost}]`);
  }
  if (what === undefined) {
    if (!context.appFound()) throw plainError(500, "ERR_HEALTH_NOT_READY", "dapr is not ready: [app]");
    const appId = queryParameter(call, "appid");
    if (appId !== null && appId !== context.appId)
      throw plainError(500, "ERR_HEALTH_APPID_NOT_MATCH", "dapr app-id does not match");
  }
  sendEmpty(call);
  return true;
}

/** What is no route of its own is taken for an invocation, where that is open. */
function noRoute(context: ApiContext): Error {
  if (!context.resources().configuration.mayCall("invoke", "v1.0"))
    return new TextError(404, "404 page not found\n");
  return plainError(
    404,
    "ERR_DIRECT_INVOKE",
    "failed getting app id either from the URL path or the header dapr-app-id",
  );
}
