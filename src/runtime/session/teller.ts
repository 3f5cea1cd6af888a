import { AgentsError } from "../model/errors.ts";
import type { LogWriter } from "../feed/log-store.ts";
import type { RunEvent } from "../model/snapshot.ts";

type Notice = Extract<RunEvent, { readonly type: "notice" }>;

/** What the runtime itself says is logged under this name. */
export const OWN_LOG = "agents";

/** Tells whoever watches the run what is no change of a state. */
export class Teller {
  readonly #tell: (event: RunEvent) => void;
  #log: Pick<LogWriter, "write"> | null = null;

  constructor(tell: (event: RunEvent) => void) {
    this.#tell = tell;
  }

  /** What is told is kept as well: nobody may be watching. */
  keepIn(log: Pick<LogWriter, "write">): void {
    this.#log = log;
  }

  info(text: string): void {
    this.#notice({ type: "notice", at: new Date().toISOString(), level: "info", resource: null, text });
  }

  warning(text: string): void {
    this.#notice({ type: "notice", at: new Date().toISOString(), level: "warn", resource: null, text });
  }

  /** Something that a person tried did not work; what runs goes on. */
  error(resource: string | null, error: unknown): void {
    const at = new Date().toISOString();
    if (!(error instanceof AgentsError)) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#notice({ type: "notice", at, level: "error", resource, text });
      return;
    }
    const { hint, lines } = error.details;
    this.#notice({
      type: "notice",
      at,
      level: "error",
      resource,
      text: `${sentence(error.message)} What runs goes on.`,
      code: error.code,
      ...(lines === undefined ? {} : { lines }),
      ...(hint === undefined ? {} : { hint }),
    });
  }

  #notice(notice: Notice): void {
    this.#tell(notice);
    const { level, resource, text, lines = [], hint } = notice;
    const who = resource === null || text.startsWith(`${resource}: `) ? "" : `${resource}: `;
    const said = [`${level}: ${who}${text}`, ...lines.map(indented)];
    if (hint !== undefined) said.push(indented(hint));
    this.#log?.write("stderr", Buffer.from(`${said.join("\n")}\n`));
  }
}

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

function indented(line: string): string {
  return `  ${line}`;
}
