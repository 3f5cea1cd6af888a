/** The two tokens of a sidecar (https://docs.dapr.io/operations/security/api-token/); as in Dapr, an empty one is none. */
export interface Tokens {
  /** `DAPR_API_TOKEN`: wanted of everybody who calls the sidecar. */
  readonly api: string | undefined;
  /** `APP_API_TOKEN`: sent to the app with every call. */
  readonly app: string | undefined;
}

/** The header that either travels in. */
export const TOKEN_HEADER = "dapr-api-token";

/** Reads the tokens from an environment. */
export function tokensOf(env: NodeJS.ProcessEnv): Tokens {
  const { DAPR_API_TOKEN: api, APP_API_TOKEN: app } = env;
  return { api: api === "" ? undefined : api, app: app === "" ? undefined : app };
}
