import { sendText, type Call } from "./call.ts";
import { callApp, type InvokeContext } from "./invoke-handler.ts";
import {
  accessDenied,
  CALLER_HEADER,
  FAILED_HEADER,
  INVOKE_TOKEN_HEADER,
  InvokeFailure,
  UNHEALTHY,
} from "./invoke-words.ts";

/**
 * A call of this sidecar's own app that another sidecar passes on. What goes wrong on the way is said in a header, so that
 * the caller's sidecar can tell it from an answer of the app.
 */
export async function handleInvoked(context: InvokeContext, token: string, call: Call): Promise<void> {
  const { headers } = call.request;
  if (headers[INVOKE_TOKEN_HEADER] !== token) return sendText(call, 401, "invalid token\n");
  const caller = String(headers[CALLER_HEADER] ?? "");
  const path = call.rawPath + (call.rawQuery === "" ? "" : `?${call.rawQuery}`);
  const target = { appId: context.appId, path };
  const app = context.app(context.appId);
  try {
    if (app === null || app.port === 0) throw new Error("app channel is not initialized");
    if (!app.mayInvoke(caller, path, call.method)) throw accessDenied(caller, path, call.method);
    if (!app.healthy) throw new Error(UNHEALTHY);
    // As with daprd: what is tried again is the way to this sidecar.
    await callApp(context, call, target, app, "once");
  } catch (error) {
    const { response } = call;
    if (response.headersSent || response.destroyed) return void response.destroy();
    const why = error instanceof Error ? error.message : String(error);
    const status = error instanceof InvokeFailure ? error.status : 500;
    response.writeHead(status, { [FAILED_HEADER]: encodeURIComponent(why), "content-length": "0" });
    response.end();
  }
}
