import { stripVTControlCharacters } from "node:util";
import type { LogLine } from "../../runtime/feed/log-line.ts";
import type { AgentsError } from "../../runtime/model/errors.ts";
import { OWN_LOG } from "../../runtime/session/teller.ts";
import type { Progress, ResourceView, RunEvent, RunView } from "../../runtime/model/snapshot.ts";
import { logRenderer } from "../render/log-text.ts";
import type { Output } from "../render/output.ts";
import { progressText } from "../render/progress-text.ts";
import { paintOf, runningAgents } from "../render/run-text.ts";
import { sidecarsText } from "../render/sidecars-text.ts";
import { errorText } from "../report-error.ts";
import type { Invitation } from "./invitation.ts";
import { Repeats } from "./repeats.ts";
import type { UpView } from "./up-view.ts";

/** A start that takes longer than this says what it waits for. */
const PATIENCE_MS = 2_000;
/** By then it is known how much there is to download. */
const FIRST_DOWNLOAD_MS = 1_000;
const DOWNLOAD_MS = 5_000;
/** So much of a repeated complaint tells which one it is. */
const LIKE_LENGTH = 70;

export interface PlainViewOptions {
  readonly version: string;
  /** Finds a command worth trying; asked once all is ready. */
  readonly invite: (run: RunView) => Promise<Invitation>;
  /** `Ctrl-C`, or how else this view ends. */
  readonly stopWith: string;
}

/** Calm lines: what runs as what, each agent as it becomes ready, one line when all is, then what they say. */
export class PlainView implements UpView {
  readonly #out: Output;
  readonly #options: PlainViewOptions;
  readonly #renderLog: (line: LogLine) => string;
  readonly #waiting = new Map<string, NodeJS.Timeout>();
  readonly #seen = new Map<string, ResourceView>();
  /** What was said of each resource at the beginning: no news later. */
  readonly #told = new Map<string, string | null>();
  /** When the state of a download was last told. */
  readonly #downloads = new Map<string, number>();
  readonly #repeats = new Repeats();
  #counting: NodeJS.Timeout | null = null;
  #began = performance.now();
  #isReady = false;
  #isStopping = false;

  constructor(out: Output, options: PlainViewOptions) {
    this.#out = out;
    this.#options = options;
    this.#renderLog = logRenderer(out, false);
  }

  begin(run: RunView): void {
    this.#began = performance.now();
    const { style } = this.#out;
    this.#line(
      `${style.bold(`agents ${this.#options.version}`)} · ${run.project} · ${count(runningAgents(run.resources))}`,
    );
    this.#line();
    for (const resource of run.resources) {
      if (resource.kind === "agent" || resource.kind === "sidecar") continue;
      this.#told.set(resource.name, resource.reason);
      this.#line(
        `  ${resource.name.padEnd(14)} ${resource.implementation.padEnd(10)} ${style.dim(resource.reason ?? resource.image ?? "")}`,
      );
    }
    const sidecars = sidecarsText(run);
    if (sidecars !== null)
      this.#line(`  ${"sidecars".padEnd(14)} ${sidecars.kinds.padEnd(10)} ${style.dim(sidecars.what)}`);
    this.#line();
    for (const resource of run.resources) this.#resource(resource);
  }

  event(event: RunEvent): void {
    switch (event.type) {
      case "resource":
        this.#resource(event.resource);
        return;
      case "notice":
        this.#line(`  ${event.level === "error" ? this.#out.style.bad("✗") : "·"} ${event.text}`);
        for (const line of event.lines ?? []) this.#line(`    ${line}`);
        if (event.hint !== undefined) this.#line(`    ${this.#out.style.dim(event.hint)}`);
        return;
      case "removed":
        this.#line(`  · ${event.name} left the config and is stopped`);
        return;
      case "run":
        if (event.state === "stopping") this.#stopAsked();
        return;
      default:
        event satisfies never;
    }
  }

  log(line: LogLine): void {
    if (line.resource === OWN_LOG) return; // each was shown as a notice
    if (this.#repeats.shows(line, performance.now())) this.#line(this.#renderLog(line));
    this.#countRepeats();
  }

  /** What was counted is told once its time is over, also where nothing more is said. */
  #countRepeats(): void {
    const end = this.#repeats.nextEnd;
    if (end === null || this.#counting !== null) return;
    this.#counting = setTimeout(() => {
      this.#counting = null;
      this.#tellRepeats(false);
      this.#countRepeats();
    }, end - performance.now()).unref();
  }

  #tellRepeats(all: boolean): void {
    for (const { resource, text, more, seconds: over } of this.#repeats.take(performance.now(), all)) {
      const like = stripVTControlCharacters(text);
      const shown = like.length > LIKE_LENGTH ? `${like.slice(0, LIKE_LENGTH)}…` : like;
      this.#line(this.#out.style.dim(`  ${resource}: … ${more} more like it in ${over} s (${shown})`));
    }
  }

  ready(run: RunView, tookMs: number): void {
    this.#isReady = true;
    const { style } = this.#out;
    const dashboard = run.dashboardUrl === null ? "" : ` · dashboard ${run.dashboardUrl}`;
    this.#line(
      `  ${style.good(`ready in ${seconds(tookMs)}`)} · ${count(runningAgents(run.resources))}${dashboard}`,
    );
    this.#line();
    void this.#options.invite(run).then(({ attempt, look }) => {
      if (this.#isStopping) return;
      if (attempt !== null) this.#line(`  ${style.dim("try")}   ${attempt}`);
      this.#line(`  ${style.dim("see")}   ${look}        ${style.dim("stop")}   ${this.#options.stopWith}`);
      this.#line();
    });
  }

  failed(error: AgentsError): void {
    this.#line();
    this.#line(errorText(error, { errorStyle: this.#out.style }));
  }

  stopping(run: RunView): void {
    this.#isStopping = true;
    const alive = runningAgents(run.resources).filter(({ state }) => state !== "failed");
    this.#line(`stopping ${count(alive)} … (Ctrl-C again kills)`);
  }

  /** By somebody else: agents down, or a failure that ends the run. */
  #stopAsked(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#line("stopping …");
  }

  stopped(tookMs: number): void {
    this.#tellRepeats(true);
    this.#line(`  stopped in ${seconds(tookMs)}`);
  }

  [Symbol.dispose](): void {
    if (this.#counting !== null) clearTimeout(this.#counting);
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  #resource(resource: ResourceView): void {
    const before = this.#seen.get(resource.name);
    this.#seen.set(resource.name, resource);
    this.#patience(resource);
    if (resource.kind !== "agent" && resource.kind !== "task") return;
    if (before?.state === resource.state || this.#isStopping) return;
    const { style } = this.#out;
    const name = resource.name.padEnd(20);
    switch (resource.state) {
      case "ready":
      case "completed": {
        // A task that runs is on its way; it has done what it is for when it has ended.
        if (resource.kind === "task" && resource.state === "ready") return;
        const again =
          this.#isReady && before !== undefined ? style.dim(`  ${resource.reason ?? why(resource)}`) : "";
        this.#line(
          `  ${style.good("✓")} ${name} ${(resource.url ?? "done").padEnd(24)} ${seconds(this.#sinceStart(resource))}${again}`,
        );
        return;
      }
      case "backoff":
      case "unhealthy":
        this.#line(
          `  ${paintOf(resource.state, style)("!")} ${name} ${resource.state}: ${resource.reason ?? ""}`,
        );
        return;
      case "failed":
        this.#line(`  ${style.bad("✗")} ${name} ${resource.reason ?? "failed"}`);
        return;
      case "stopped":
        if (this.#isReady && before !== undefined) this.#line(`  · ${name} stopped`);
        return;
      case "waiting":
      case "starting":
      case "stopping":
        return;
      default:
        resource.state satisfies never;
    }
  }

  /** Says what it waits for, once it has waited for it for a while. */
  #patience({ name, state, kind, reason, progress }: ResourceView): void {
    if (progress !== null) {
      this.#download(name, progress);
      return;
    }
    clearTimeout(this.#waiting.get(name));
    this.#waiting.delete(name);
    if ((state !== "waiting" && state !== "starting") || kind === "sidecar") return;
    if (reason === null || reason === this.#told.get(name)) return;
    const timer = setTimeout(() => this.#line(`  … ${name.padEnd(20)} ${reason}`), PATIENCE_MS);
    this.#waiting.set(name, timer.unref());
  }

  /** One line every few seconds, and what needs no download at first. */
  #download(name: string, progress: Progress): void {
    const now = performance.now();
    const told = this.#downloads.get(name);
    const wait = told === undefined ? FIRST_DOWNLOAD_MS : DOWNLOAD_MS;
    if (now - (told ?? this.#began) < wait) return;
    this.#downloads.set(name, now);
    const hint = told === undefined ? "; agents up --mode embedded starts at once without it" : "";
    this.#line(`  … ${name.padEnd(20)} ${progressText(progress)}${hint}`);
  }

  #sinceStart({ startedAt, readyAt }: ResourceView): number {
    if (startedAt === null || readyAt === null) return performance.now() - this.#began;
    return Date.parse(readyAt) - Date.parse(startedAt);
  }

  #line(text = ""): void {
    this.#out.line(text);
  }
}

const RESTARTS = {
  watch: "restarted: saved",
  config: "restarted: config changed",
  user: "restarted",
} as const;

function why({ lastExit }: ResourceView): string {
  const cause = lastExit?.cause;
  return cause === "watch" || cause === "config" || cause === "user" ? RESTARTS[cause] : "";
}

function count(agents: readonly ResourceView[]): string {
  return `${agents.length} ${agents.length === 1 ? "agent" : "agents"}`;
}

function seconds(ms: number): string {
  return ms < 100_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 60_000)} min`;
}
