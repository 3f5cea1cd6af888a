import type { SecretStore } from "../secrets/secret-store.ts";
import { sendJson, type Call } from "./call.ts";
import { plainError } from "./dapr-error.ts";

/** `GET /v1.0/secrets/{store}/{key}` and `…/bulk`. */
export function handleSecret(
  stores: ReadonlyMap<string, SecretStore>,
  call: Call,
  name: string,
  key: string,
  maySee: (secret: string) => boolean,
): void {
  if (stores.size === 0)
    throw plainError(500, "ERR_SECRET_STORES_NOT_CONFIGURED", "secret store is not configured");
  const store = stores.get(name);
  if (store === undefined)
    throw plainError(401, "ERR_SECRET_STORE_NOT_FOUND", `failed finding secret store with key ${name}`);
  if (key === "bulk") {
    const seen = Object.entries(store.all()).filter(([secret]) => maySee(secret));
    return sendJson(call, 200, Object.fromEntries(seen));
  }
  if (!maySee(key)) {
    throw plainError(
      403,
      "ERR_PERMISSION_DENIED",
      `access denied by policy to get ${JSON.stringify(key)} from ${JSON.stringify(name)}`,
    );
  }
  try {
    sendJson(call, 200, store.get(key));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw plainError(
      500,
      "ERR_SECRET_GET",
      `failed getting secret with key ${key} from secret store ${name}: ${why}`,
    );
  }
}
