import type { Policy } from "../resiliency/resiliency.ts";
import { isActive, runPolicy } from "../resiliency/run-policy.ts";
import type { AppResources } from "../resources/app-resources.ts";
import type { SecretStore } from "../secrets/secret-store.ts";
import { sendJson, type Call } from "./call.ts";
import { plainError } from "./dapr-error.ts";

/** What there is around a call: who may see what, and the policy of a store. */
export interface SecretContext {
  readonly secrets: ReadonlyMap<string, SecretStore>;
  resources(): AppResources;
}

/** `GET /v1.0/secrets/{store}/{key}` and `…/bulk`. */
export async function handleSecret(
  context: SecretContext,
  call: Call,
  name: string,
  key: string,
): Promise<void> {
  const { configuration, resiliency } = context.resources();
  const { secrets: stores } = context;
  const maySee = (secret: string): boolean => configuration.maySee(name, secret);
  if (stores.size === 0)
    throw plainError(500, "ERR_SECRET_STORES_NOT_CONFIGURED", "secret store is not configured");
  const store = stores.get(name);
  if (store === undefined)
    throw plainError(401, "ERR_SECRET_STORE_NOT_FOUND", `failed finding secret store with key ${name}`);
  const policy = resiliency.component(name, "outbound", "Secretstore");
  if (key === "bulk") {
    const all = await underPolicy(policy, () => store.all()).catch((error: unknown) => {
      throw plainError(
        500,
        "ERR_SECRET_GET",
        `failed getting secrets from secret store ${name}: ${textOf(error)}`,
      );
    });
    const seen = Object.entries(all).filter(([secret]) => maySee(secret));
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
    sendJson(call, 200, await underPolicy(policy, () => store.get(key)));
  } catch (error) {
    throw plainError(
      500,
      "ERR_SECRET_GET",
      `failed getting secret with key ${key} from secret store ${name}: ${textOf(error)}`,
    );
  }
}

async function underPolicy<T>(policy: Policy, work: () => T): Promise<T> {
  return isActive(policy) ? await runPolicy(policy, async () => work()) : work();
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
