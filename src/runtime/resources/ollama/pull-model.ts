import { request } from "node:http";
import type { IncomingMessage } from "node:http";
import { createInterface } from "node:readline";
import type { Progress } from "../../model/snapshot.ts";

/** Why a model did not come. */
export class PullFailed extends Error {
  override readonly name = "PullFailed";
  /** True: the same request cannot succeed, for example because there is no such model. */
  readonly isFinal: boolean;

  constructor(message: string, isFinal: boolean) {
    super(message);
    this.isFinal = isFinal;
  }
}

export interface PullRequest {
  /** Where the Ollama is. */
  readonly url: string;
  readonly model: string;
  readonly signal: AbortSignal;
  /** Bytes of all layers together, those that came with an earlier attempt included. */
  readonly onProgress: (progress: Progress) => void;
}

/**
 * Asks an Ollama to pull a model and resolves when it has it. Ollama keeps what came of a layer: the same request after an
 * interruption goes on from there.
 *
 * @throws PullFailed
 */
export async function pullModel({ url, model, signal, onProgress }: PullRequest): Promise<void> {
  // As Docker does: a registry of this machine need not speak TLS.
  const insecure = /^(?:localhost|127\.[\d.]+)(?::\d+)?\//.test(model);
  const layers = new Map<string, Layer>();
  let succeeded = false;
  for await (const line of lines(new URL("/api/pull", url), { model, insecure, stream: true }, signal)) {
    const told = read(line);
    if (told.error !== null) throw new PullFailed(told.error, cannotMend(told.error));
    if (told.status === "success") succeeded = true;
    if (told.layer === null) continue;
    layers.set(told.layer.digest, told.layer);
    const all = [...layers.values()];
    onProgress({
      what: model,
      done: all.reduce((sum, layer) => sum + layer.done, 0),
      total: all.reduce((sum, layer) => sum + layer.total, 0),
      unit: "bytes",
    });
  }
  if (!succeeded) throw new PullFailed("Ollama ended the download without a word", false);
}

interface Layer {
  readonly digest: string;
  readonly done: number;
  readonly total: number;
}

interface Told {
  readonly status: string;
  readonly error: string | null;
  readonly layer: Layer | null;
}

function read(line: string): Told {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { status: "", error: `Ollama said: ${line.slice(0, 200)}`, layer: null };
  }
  const text = (name: string): string | null => {
    const found: unknown = typeof value === "object" && value !== null ? Reflect.get(value, name) : null;
    return typeof found === "string" ? found : null;
  };
  const count = (name: string): number => {
    const found: unknown = typeof value === "object" && value !== null ? Reflect.get(value, name) : null;
    return typeof found === "number" ? found : 0;
  };
  const digest = text("digest");
  const layer = digest === null ? null : { digest, done: count("completed"), total: count("total") };
  return { status: text("status") ?? "", error: text("error"), layer };
}

/** What no repetition mends. */
function cannotMend(said: string): boolean {
  return /file does not exist|not found|invalid model name|requires a newer version|unauthorized|no space left/i.test(
    said,
  );
}

async function* lines(url: URL, body: unknown, signal: AbortSignal): AsyncGenerator<string> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const headers = { "content-type": "application/json" };
  const call = request(url, { method: "POST", headers, agent: false, signal }, resolve);
  call.once("error", reject);
  call.end(JSON.stringify(body));
  try {
    const answer = await promise;
    const reader = createInterface({ input: answer, crlfDelay: Infinity });
    // An error of the connection is thrown by the loop; one that comes after it, as we cut the connection, concerns nobody.
    for (const source of [answer, reader]) source.on("error", () => undefined);
    for await (const line of reader) if (line !== "") yield line;
  } catch (error) {
    signal.throwIfAborted();
    throw new PullFailed(
      `Ollama cannot be asked: ${error instanceof Error ? error.message : String(error)}`,
      false,
    );
  } finally {
    call.destroy();
  }
}
