import { ModelUnavailable } from "./chat-model.ts";

interface Place {
  readonly endpoint: string;
  readonly deployment: string;
}

/** What a failed call to Azure OpenAI means, and what to do about it. `"content_filter"`: an answer was cut off by it. */
export function azureFailure(error: unknown, { endpoint, deployment }: Place): ModelUnavailable {
  if (error instanceof ModelUnavailable) return error;
  const said = error instanceof Error ? error.message : String(error);
  const status = member(error, "status");
  const code = member(error, "code");
  const where = `Azure OpenAI at ${endpoint}`;
  if (error === "content_filter" || code === "content_filter")
    return new ModelUnavailable(
      "content-filtered",
      `${where} has refused the request or its answer for its content.`,
      "Look at the input; the deployment's content filter decides.",
      error,
    );
  if (status === 401 || status === 403 || isCredentialError(error))
    return new ModelUnavailable(
      "not-permitted",
      `${where} does not let this agent in: ${said}`,
      "Set AZURE_OPENAI_API_KEY, or give the identity that runs it the role Cognitive Services OpenAI User.",
      error,
    );
  if (status === 404)
    return new ModelUnavailable(
      "model-missing",
      `${where} has no deployment ${deployment}.`,
      "Correct AZURE_OPENAI_DEPLOYMENT, or create the deployment.",
      error,
    );
  if (status === 408 || status === 409 || status === 429 || (typeof status === "number" && status >= 500))
    return new ModelUnavailable(
      "overloaded",
      `${where} cannot answer now (${status}): ${said}`,
      "Try again in a moment, or raise the deployment's quota.",
      error,
      retryAfter(error),
    );
  if (typeof member(error, "error") === "object" && status === undefined)
    return new ModelUnavailable(
      /rate_?limit|^429$|server_error|unavailable|^50[0-9]$/i.test(String(code))
        ? "overloaded"
        : "model-error",
      `${where} failed while it answered: ${said}`,
      "Try again in a moment.",
      error,
    );
  if (status === undefined)
    return new ModelUnavailable(
      "azure-unreachable",
      `${where} cannot be reached: ${reasonOf(error)}`,
      "Correct AZURE_OPENAI_ENDPOINT, or look at the network.",
      error,
    );
  return new ModelUnavailable(
    "model-error",
    `${where} failed (${typeof status === "number" ? status : "no status"}): ${said}`,
    "Look at the request.",
    error,
  );
}

/** The connection was closed before the answer was complete. */
export function brokenOff({ endpoint }: Place): ModelUnavailable {
  return new ModelUnavailable(
    "model-error",
    `The answer of Azure OpenAI at ${endpoint} broke off.`,
    "Try again in a moment, or look at what lies between.",
  );
}

/** In ms: `retry-after-ms`, or `retry-after` in seconds or as a date. */
function retryAfter(error: unknown): number | null {
  const headers = member(error, "headers");
  if (!(headers instanceof Headers)) return null;
  const ms = Number(headers.get("retry-after-ms") ?? Number.NaN);
  if (Number.isFinite(ms)) return ms;
  const text = headers.get("retry-after");
  if (text === null) return null;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return seconds * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : Math.max(0, date - Date.now());
}

function isCredentialError(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause)
    if (/^(CredentialUnavailable|Authentication|AggregateAuthentication)/.test(at.name)) return true;
  return false;
}

/** What lies at the bottom: the client's own words say "Connection error." */
function reasonOf(error: unknown): string {
  let last = "no connection";
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const code = member(at, "code");
    last = typeof code === "string" ? code : at.message;
  }
  return last;
}

function member(error: unknown, name: string): unknown {
  return error instanceof Error && name in error ? Reflect.get(error, name) : undefined;
}
