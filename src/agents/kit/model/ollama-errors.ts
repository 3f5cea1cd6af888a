import { ModelUnavailable } from "./chat-model.ts";

/** What a failed call to Ollama means, and what to do about it. */
export function toUnavailable(
  error: unknown,
  { url, model }: { readonly url: string; readonly model: string },
): ModelUnavailable {
  if (error instanceof ModelUnavailable) return error;
  const status = statusOf(error);
  const said = error instanceof Error ? error.message : String(error);
  if (status === 404) {
    return new ModelUnavailable(
      "model-missing",
      `Ollama at ${url} does not have the model ${model}.`,
      `Run: ollama pull ${model}`,
      error,
    );
  }
  if (status === 400 && /exceeds? the (?:available )?context/i.test(said)) {
    return truncated(`The prompt does not fit into the context of ${model}: ${said}.`, error);
  }
  if (status === 503) {
    return new ModelUnavailable(
      "overloaded",
      `Ollama at ${url} is busy: ${said}`,
      "Try again in a moment.",
      error,
    );
  }
  const code = networkCode(error);
  if (status === null && code !== null) {
    return unreachable(url, code, error);
  }
  return new ModelUnavailable(
    "model-error",
    `Ollama at ${url} failed: ${said}`,
    "Look at the log of Ollama.",
    error,
  );
}

export function unreachable(url: string, why: string, cause?: unknown): ModelUnavailable {
  return new ModelUnavailable(
    "ollama-unreachable",
    `Ollama at ${url} cannot be reached (${why}).`,
    "Start it with: ollama serve. Or run without a model: agents up --llm sample",
    cause,
  );
}

export function truncated(message: string, cause?: unknown): ModelUnavailable {
  return new ModelUnavailable(
    "context-truncated",
    message,
    "Set model.overrides.ollama.num_ctx in the prompt file to a larger context, or shorten the prompt.",
    cause,
  );
}

function statusOf(error: unknown): number | null {
  return error instanceof Error && "status_code" in error ? Number(error.status_code) : null;
}

/** The code of the system error at the bottom of a failed fetch. */
function networkCode(error: unknown): string | null {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ("code" in at && typeof at.code === "string") return at.code;
  }
  return error instanceof TypeError && error.message === "fetch failed" ? "no connection" : null;
}
