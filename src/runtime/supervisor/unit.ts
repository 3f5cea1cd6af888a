import type { CrashHistory } from "../model/restart.ts";
import { decideRestart } from "../model/restart.ts";
import type { ExitCause, LastExit } from "../model/snapshot.ts";
import type { Input, State, Verdict } from "../model/state.ts";
import { alive, INITIAL, next } from "../model/state.ts";
import type { Exit } from "../resources/resource.ts";
import type { Clock } from "./clock.ts";
import { iso } from "./clock.ts";
import type { SupervisedNode } from "./node.ts";
import type { Life } from "./life.ts";
import { newLife } from "./life.ts";
import type { Stop } from "./stop-life.ts";
import { endLife, haltLife } from "./stop-life.ts";
import { exitText, startError, verdictOf, withoutLastWords } from "./texts.ts";

/** A start that takes longer says why. */
const TELL_WHY_AFTER_MS = 1_000;
/** Finding out why something ended must not delay what follows from it. */
const DIAGNOSE_LIMIT_MS = 1_000;
/** An exit that was asked for needs no verdict: the state machine knows what follows. */
const ASKED_FOR: Verdict = { to: "completed" };

export interface UnitEnvironment {
  readonly clock: Clock;
  readonly random: () => number;
  /** The state, or something that is shown with it, changed. */
  readonly onChange: (unit: Unit, before: State) => void;
  /** A stop takes long. Told once a stop. */
  readonly onStubborn: (unit: Unit, text: string) => void;
}

/** The state machine of one node together with its effects, each of which begins on entering a state. */
export class Unit {
  node: SupervisedNode;
  restarts = 0;
  lastExit: LastExit | null = null;
  startedAt: string | null = null;
  readyAt: string | null = null;
  readonly #environment: UnitEnvironment;
  #state: State = INITIAL;
  #life: Life | null = null;
  #retry = new AbortController();
  #history: CrashHistory = [];
  /** The exit that the next start follows from, if nobody asked for it. */
  #unplanned: string | null = null;
  /** What there is to say about the present state; the state itself may say more. */
  #note: string | null = null;
  /** Whose crash the next start follows from. */
  #followed: string | null = null;

  constructor(node: SupervisedNode, environment: UnitEnvironment) {
    this.node = node;
    this.#environment = environment;
  }

  get name(): string {
    return this.node.name;
  }

  get state(): State {
    return this.#state;
  }

  get pid(): number | null {
    return this.#life?.running?.pid ?? null;
  }

  /** Why it is in this state, as far as it knows itself. */
  get reason(): string | null {
    const state = this.#state;
    switch (state.at) {
      case "unhealthy":
      case "backoff":
      case "stopped":
        return state.why;
      case "failed":
        return withoutLastWords(state.error.message);
      case "waiting":
      case "starting":
      case "ready":
      case "stopping":
      case "completed":
        return this.#note;
      default:
        return state satisfies never;
    }
  }

  /** A person or a saved file asks: what crashed before does not count any more. */
  ask(input: Extract<Input, { readonly on: "start" | "stop" | "restart" }>): void {
    this.#history = [];
    this.#unplanned = null;
    this.#followed = null;
    this.#apply(input);
  }

  /** Its pair has crashed: it goes with it, and comes back. Its own crashes still count. */
  follow(crashed: string): void {
    if (alive(this.#state) === null || this.#state.at === "stopping") return;
    this.#followed = crashed;
    this.#apply({ on: "restart", cause: "dependency" });
  }

  /** Its dependencies allow it to start. */
  go(): void {
    this.#apply({ on: "go" });
  }

  /** Stops it without any patience. */
  kill(cause: ExitCause): void {
    this.ask({ on: "stop", cause });
    const life = this.#life;
    if (life === null) return;
    life.kill.abort();
    void life.running?.stop({ now: true });
  }

  #apply(input: Input): void {
    const before = this.#state;
    const after = next(before, input);
    if (after === before) return;
    this.#state = after;
    if (after.at !== before.at) this.#entered(after, before);
    this.#environment.onChange(this, before);
  }

  #entered(state: State, before: State): void {
    const { clock } = this.#environment;
    if (before.at === "backoff") this.#retry.abort();
    switch (state.at) {
      case "starting":
        this.#note = this.#whyAgain();
        this.#followed = null;
        if (this.#unplanned !== null) this.restarts += 1;
        this.#unplanned = null;
        this.startedAt = iso(clock.now());
        this.readyAt = null;
        void this.#live(state.incarnation);
        return;
      case "ready":
        if (before.at === "starting") this.#becameReady();
        return;
      case "backoff": {
        const { incarnation, delayMs } = state;
        const { signal } = (this.#retry = new AbortController());
        void clock.sleep(delayMs, signal).then(() => {
          if (!signal.aborted) this.#apply({ on: "retry", incarnation });
        });
        return;
      }
      case "stopping":
        this.#note = null;
        if (this.#life !== null) void haltLife(this.#life, state.cause, this.#stop());
        return;
      case "waiting":
      case "stopped":
      case "failed":
      case "completed":
        this.#note = null;
        return;
      case "unhealthy":
        return;
      default:
        state satisfies never;
    }
  }

  /** What its start follows from, where nobody asked for it. */
  #whyAgain(): string | null {
    if (this.#unplanned !== null) return `restarted: ${this.#unplanned} (see agents logs ${this.name})`;
    return this.#followed === null ? null : `restarted with ${this.#followed}`;
  }

  async #live(incarnation: number): Promise<void> {
    const life = newLife(incarnation);
    this.#life = life;
    try {
      const usual = this.#note;
      life.running = await this.node.resource.start(life.abort.signal, (why) => {
        if (this.#life !== life || this.#state.at !== "starting") return;
        this.#note = why ?? usual;
        this.#environment.onChange(this, this.#state);
      });
    } catch (error) {
      const failed = startError(this.name, error);
      await this.#ended(
        life,
        { by: "spawn-error", message: failed.message },
        { to: "failed", error: failed },
      );
      return;
    }
    // A stop that came while it started found nothing to stop, and the start may have won the race.
    if (life.abort.signal.aborted) void endLife(life, this.node.stopTimeoutMs, this.#stop());
    else void this.#awaitReady(life);
    this.#apply({ on: "exists", incarnation });
    const exit = await life.running.exited;
    await this.#ended(life, exit, life.failure === null ? null : { to: "failed", error: life.failure });
  }

  async #awaitReady(life: Life): Promise<void> {
    const { signal } = life.abort;
    const { clock, onChange } = this.#environment;
    let slow = false;
    const usual = this.#note;
    const tell = (why: string | null): void => {
      if (this.#life !== life || this.#state.at !== "starting") return;
      this.#note = why;
      if (slow) onChange(this, this.#state);
    };
    const settled = new AbortController();
    void clock.sleep(TELL_WHY_AFTER_MS, AbortSignal.any([signal, settled.signal])).then(() => {
      if (signal.aborted || settled.signal.aborted) return;
      slow = true;
      onChange(this, this.#state);
    });
    try {
      await this.node.readiness.untilReady(signal, tell);
    } catch (error) {
      life.failure = startError(this.name, error);
      void life.running?.stop({ timeoutMs: this.node.stopTimeoutMs });
    } finally {
      settled.abort();
    }
    if (signal.aborted || life.failure !== null) return;
    this.#note = usual;
    this.#apply({ on: "ready", incarnation: life.incarnation });
  }

  #becameReady(): void {
    const life = this.#life;
    if (life === null) return;
    const { incarnation } = life;
    life.readySince = this.#environment.clock.now();
    this.readyAt = iso(life.readySince);
    this.node.hooks?.onReady?.();
    this.node.readiness.watch(life.abort.signal, (health) => {
      this.#apply(
        health.healthy ? { on: "ready", incarnation } : { on: "unhealthy", incarnation, why: health.why },
      );
    });
  }

  #stop(): Stop {
    const { clock, onChange, onStubborn } = this.#environment;
    let told = false;
    return {
      node: this.node,
      clock,
      onTakesLong: (text) => {
        this.#note = text;
        if (!told) onStubborn(this, text);
        told = true;
        onChange(this, this.#state);
      },
    };
  }

  async #ended(life: Life, exit: Exit, given: Verdict | null): Promise<void> {
    const { clock } = this.#environment;
    const now = clock.now();
    life.abort.abort();
    life.gone.abort();
    this.node.hooks?.onExit?.(exit);
    const verdict = given ?? (this.#state.at === "stopping" ? ASKED_FOR : await this.#judge(life, exit, now));
    this.#life = null;
    this.readyAt = null;
    // Read after `#judge`: a stop may have come meanwhile, and then the exit is no crash any more.
    const asked = this.#state.at === "stopping" ? this.#state.cause : null;
    if (asked !== null || verdict.to !== "completed") {
      const oom = exit.by === "signal" && exit.outOfMemory === true;
      this.lastExit = {
        code: exit.by === "code" ? exit.code : null,
        signal: exit.by === "signal" ? exit.signal : null,
        at: iso(now),
        cause: asked ?? (oom ? "oom" : "crash"),
      };
    }
    if (asked === null && verdict.to === "backoff") this.#unplanned = exitText(exit);
    this.#apply({ on: "exited", incarnation: life.incarnation, verdict });
  }

  /** What an exit that nobody asked for leads to. */
  async #judge(life: Life, exit: Exit, now: number): Promise<Verdict> {
    const { name, hooks, oneShot, restart } = this.node;
    const { clock, random } = this.#environment;
    const readyForMs = life.readySince === null ? null : now - life.readySince;
    if (readyForMs === null && hooks?.diagnose !== undefined) {
      const limit = new AbortController();
      const known = await Promise.race([
        hooks.diagnose(exit).catch(() => null),
        clock.sleep(DIAGNOSE_LIMIT_MS, limit.signal).then(() => null),
      ]);
      limit.abort();
      if (known !== null) return { to: "failed", error: known };
    }
    const code = exit.by === "code" ? exit.code : null;
    const history = this.#history;
    const decision = decideRestart({ code, readyForMs, oneShot, policy: restart, history, now, random });
    if (decision.do === "retry") this.#history = decision.history;
    const lastWords = hooks?.lastWords?.() ?? [];
    return verdictOf({ name, exit, wasReady: readyForMs !== null, oneShot, lastWords }, decision);
  }

  /** Whether an incarnation of it is alive. */
  get alive(): boolean {
    return alive(this.#state) !== null;
  }
}
