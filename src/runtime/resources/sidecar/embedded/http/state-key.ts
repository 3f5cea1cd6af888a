import type { StateStore } from "../state/state-store.ts";
import { detailedError } from "./dapr-error.ts";

/** The key as it is stored: with the prefix that the component asks for (https://docs.dapr.io/developing-applications/building-blocks/state-management/howto-share-state/). */
export function storedKey(store: Pick<StateStore, "name" | "keyPrefix">, appId: string, key: string): string {
  if (key.includes("||")) {
    const message = `api error: code = InvalidArgument desc = input key/keyPrefix '${key}' can't contain '||'`;
    throw detailedError(400, "ERR_MALFORMED_REQUEST", message, {
      reason: "DAPR_STATE_ILLEGAL_KEY",
      resource: { type: "state", name: store.name },
      field: { field: key, description: message },
    });
  }
  const prefix = prefixOf(store, appId);
  return prefix === "" ? key : `${prefix}||${key}`;
}

function prefixOf(store: Pick<StateStore, "name" | "keyPrefix">, appId: string): string {
  const strategy = store.keyPrefix.toLowerCase();
  switch (strategy) {
    case "":
    case "appid":
      return appId;
    case "namespace": {
      const namespace = process.env["NAMESPACE"] ?? "";
      return namespace === "" ? appId : `${namespace}.${appId}`;
    }
    case "name":
      return store.name;
    case "none":
      return "";
    default:
      return strategy;
  }
}
