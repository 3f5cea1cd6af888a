import { request } from "node:http";

/** What an Ollama that answers tells about itself. */
export interface OllamaFacts {
  readonly url: string;
  readonly version: string;
  /** Names of the models it has, as `/api/tags` lists them, e.g. `llama3.2:3b`. */
  readonly models: readonly string[];
}

/**
 * Asks whether an Ollama answers at `url`. Null when nothing does within `timeoutMs`: a refused connection on loopback
 * is told at once, so looking costs nothing where there is none.
 */
export async function probeOllama(url: string, timeoutMs = 500): Promise<OllamaFacts | null> {
  try {
    const version = await getJson(new URL("/api/version", url), timeoutMs);
    const tags = await getJson(new URL("/api/tags", url), timeoutMs);
    if (!hasString(version, "version")) return null;
    return { url, version: version.version, models: modelNames(tags) };
  } catch {
    return null; // nobody there, or somebody else: both mean that there is no Ollama to use
  }
}

function modelNames(tags: unknown): readonly string[] {
  if (typeof tags !== "object" || tags === null || !("models" in tags) || !Array.isArray(tags.models))
    return [];
  return tags.models.flatMap((model: unknown) => (hasString(model, "name") ? [model.name] : []));
}

function hasString<Key extends string>(value: unknown, key: Key): value is Record<Key, string> {
  return typeof value === "object" && value !== null && typeof Reflect.get(value, key) === "string";
}

function getJson(url: URL, timeoutMs: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const call = request(url, { agent: false, signal: AbortSignal.timeout(timeoutMs) }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => (text += chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        try {
          resolve(JSON.parse(text));
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
    });
    call.on("error", reject);
    call.end();
  });
}
