import type { CrashHistory } from "../model/restart.ts";
import { decideRestart } from "../model/restart.ts";
import type { ExitCause, LastExit } from "../model/snapshot.ts";
import type { Input, State, Verdict } from "../model/state.ts";
import { alive, INITIAL, next } from "../model/state.ts";
import type { Exit, Running } from "../resources/resource.ts";
import type { Clock } from "./clock.ts";
import { iso } from "./clock.ts";
import type { SupervisedNode } from "./node.ts";
import { exitText, startError, stubbornText, verdictOf } from "./texts.ts";

/** A start that takes longer says why. */
const TELL_WHY_AFTER_MS = 1_000;
/** How often a stop that takes long is counted down. */
const COUNTDOWN_MS = 1_000;
/** Those who use it have at most so long, and so much of the grace, to let go of it before it is asked to end. */
const BEFORE_STOP_MS = 1_000;
const BEFORE_STOP_PART = 1 / 4;
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

/** One incarnation, from the call of `start` until nothing of it is left. */
interface Life {
  readonly incarnation: number;
  /** Ends what belongs to a life that goes on: starting, probing, watching. */
  readonly abort: AbortController;
  /** Ends all patience. */
  readonly kill: AbortController;
  /** Nothing of it is left. */
  readonly gone: AbortController;
  running: Running | null;
  readySince: number | null;
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
        return state.error.message;
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
    this.#apply(input);
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
        this.#note =
          this.#unplanned === null ? null : `restarted: ${this.#unplanned} (see agents logs ${this.name})`;
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
        if (this.#life !== null) void this.#halt(this.#life, state.cause);
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

  async #live(incarnation: number): Promise<void> {
    const life: Life = {
      incarnation,
      abort: new AbortController(),
      kill: new AbortController(),
      gone: new AbortController(),
      running: null,
      readySince: null,
    };
    this.#life = life;
    try {
      life.running = await this.node.resource.start(life.abort.signal);
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
    if (life.abort.signal.aborted) void this.#end(life, this.node.stopTimeoutMs);
    else void this.#awaitReady(life);
    this.#apply({ on: "exists", incarnation });
    await this.#ended(life, await life.running.exited, null);
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
    await this.node.readiness.untilReady(signal, tell);
    settled.abort();
    if (signal.aborted) return;
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

  /** Ends a life: first those who use it are told, then it is asked, then it is killed. */
  async #halt(life: Life, cause: ExitCause): Promise<void> {
    const { clock } = this.#environment;
    life.abort.abort();
    // Without `running` its start is under way, has seen the abort, and gives back what it has.
    if (life.running === null) return;
    const graceMs = this.node.stopTimeoutMs;
    const since = clock.now();
    const beforeMs = Math.min(BEFORE_STOP_MS, graceMs * BEFORE_STOP_PART);
    const told = this.node.hooks?.beforeStop?.({ cause, graceMs: beforeMs });
    if (told !== undefined) {
      const over = AbortSignal.any([life.kill.signal, life.gone.signal]);
      await Promise.race([told.catch(() => undefined), clock.sleep(beforeMs, over)]);
    }
    await this.#end(life, Math.max(0, graceMs - (clock.now() - since)));
  }

  async #end(life: Life, timeoutMs: number): Promise<void> {
    const { running } = life;
    if (running === null || life.gone.signal.aborted) return;
    if (life.kill.signal.aborted) {
      await running.stop({ now: true });
      return;
    }
    void this.#countDown(life, timeoutMs);
    await running.stop({ timeoutMs });
  }

  async #countDown(life: Life, timeoutMs: number): Promise<void> {
    const { clock, onChange, onStubborn } = this.#environment;
    const deadline = clock.now() + timeoutMs;
    const over = AbortSignal.any([life.kill.signal, life.gone.signal]);
    for (let told = false; clock.now() < deadline; told = true) {
      await clock.sleep(COUNTDOWN_MS, over);
      if (over.aborted || clock.now() >= deadline) return;
      this.#note = stubbornText(deadline - clock.now());
      if (!told) onStubborn(this, this.#note);
      onChange(this, this.#state);
    }
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
    const clean = exit.by === "code" && exit.code === 0;
    const history = this.#history;
    const decision = decideRestart({ clean, readyForMs, oneShot, policy: restart, history, now, random });
    if (decision.do === "retry") this.#history = decision.history;
    const lastWords = hooks?.lastWords?.() ?? [];
    return verdictOf({ name, exit, wasReady: readyForMs !== null, oneShot, lastWords }, decision);
  }

  /** Whether an incarnation of it is alive. */
  get alive(): boolean {
    return alive(this.#state) !== null;
  }
}
