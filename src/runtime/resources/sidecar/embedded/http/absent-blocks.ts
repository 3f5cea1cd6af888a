import { plainError, type DaprError } from "./dapr-error.ts";

/** The answer of daprd where a building block has no component; null where the path belongs to none of them. */
export function absentBlock(segments: readonly string[]): DaprError | null {
  const [version, block = "", name = ""] = segments;
  if (version === undefined || !/^v1\.0(?:-(?:alpha|beta)\d)?$/u.test(version)) return null;
  switch (block) {
    case "configuration":
      return plainError(500, "ERR_CONFIGURATION_STORE_NOT_CONFIGURED", "configuration stores not configured");
    case "lock":
    case "unlock":
      return plainError(500, "ERR_LOCK_STORE_NOT_CONFIGURED", "lock store is not configured");
    case "actors":
      return plainError(
        500,
        "ERR_ACTOR_RUNTIME_NOT_FOUND",
        'the state store is not configured to use the actor runtime. Have you set the - name: actorStateStore value: "true" in your state store component file?',
      );
    case "crypto":
    case "subtlecrypto":
      return plainError(500, "ERR_CRYPTO_PROVIDERS_NOT_CONFIGURED", "crypto providers not configured");
    case "conversation":
      return plainError(400, "ERR_CONVERSATION_NOT_FOUND", `failed finding conversation component ${name}`);
    case "workflows":
      return plainError(
        400,
        "ERR_WORKFLOW_COMPONENT_NOT_FOUND",
        `workflow component '${name}' does not exist`,
      );
    case "jobs":
      return plainError(
        501,
        "ERR_API_UNIMPLEMENTED",
        "the embedded sidecar has no scheduler: jobs need a real daprd",
      );
    default:
      return null;
  }
}
