import { connect, type Socket } from "node:net";
import { Latch } from "./latch.ts";

/*
 *            it listens                    a connection is refused
 *  unseen  -------------->  here  <-------------------------------->  lost
 *                            | ^                it listens             |
 *                     hold() | | arrive()                              |
 *                            v |                  hold()               |
 *                           held  <------------------------------------'
 */
type State =
  /** It never listened yet: looked for. */
  | "unseen"
  | "here"
  /** The runtime stops it, or saw it end: only `arrive()` opens again, as the old one may listen to its last. */
  | "held"
  /** It went away by itself: looked for. */
  | "lost";

const SHORTEST_MS = 5;
const LONGEST_MS = 250;
/** A server that does not hang up after we did is left after so long. */
const PART_MS = 500;
/** Node listens on `::1` alone where it is told `localhost`; asked on every fourth look. */
const HOSTS = ["127.0.0.1", "127.0.0.1", "127.0.0.1", "::1"] as const;

export interface AppPresenceOptions {
  readonly port: number;
  /** Away for so long, `onAway` is told. */
  readonly awayMs: number;
  readonly onHere: () => void;
  readonly onGone: () => void;
  readonly onAway: () => void;
}

/** Whether the app behind a gate listens. Looks for it by itself until it does. */
export class AppPresence {
  readonly #options: AppPresenceOptions;
  readonly #latch = new Latch();
  #state: State = "unseen";
  #host = "127.0.0.1";
  #looking: NodeJS.Timeout | null = null;
  #socket: Socket | null = null;
  #away: NodeJS.Timeout | null = null;
  #plannedStops = 0;
  #closed = false;

  constructor(options: AppPresenceOptions) {
    this.#options = options;
    this.#look(0, performance.now());
  }

  get here(): boolean {
    return this.#state === "here";
  }

  /** How often it was asked to end: what was with it at such a time and breaks is not the event's fault. */
  get plannedStops(): number {
    return this.#plannedStops;
  }

  /** The address of loopback on which it was found. */
  get host(): string {
    return this.#host;
  }

  /** It listens, as whoever supervises it knows. */
  arrive(): void {
    if (this.#closed || this.#state === "here") return;
    this.#stopLooking();
    if (this.#away !== null) clearTimeout(this.#away);
    this.#away = null;
    this.#state = "here";
    this.#latch.set(true);
    this.#options.onHere();
  }

  /** It is about to end, as the runtime wants it (`planned`), or has ended. */
  hold(planned: boolean): void {
    // What ended before it listened was never here; the next one is looked for as the first was.
    if (this.#closed || (this.#state === "unseen" && !planned)) return;
    if (planned) this.#plannedStops += 1;
    this.#stopLooking();
    this.#leave("held");
  }

  /** It refused a connection. */
  lose(): void {
    if (this.#closed || this.#state !== "here") return;
    this.#leave("lost");
    this.#look(0, performance.now());
  }

  wait(ms: number, signal: AbortSignal): Promise<boolean> {
    return this.#latch.wait(this.#closed ? 0 : ms, signal);
  }

  close(): void {
    this.#closed = true;
    this.#stopLooking();
    if (this.#away !== null) clearTimeout(this.#away);
    this.#latch.set(false);
    this.#latch.release();
  }

  #leave(state: "held" | "lost"): void {
    const wasHere = this.#state === "here";
    this.#state = state;
    if (!wasHere) return;
    this.#latch.set(false);
    this.#away = setTimeout(this.#options.onAway, this.#options.awayMs);
    this.#options.onGone();
  }

  #stopLooking(): void {
    if (this.#looking !== null) clearTimeout(this.#looking);
    this.#looking = null;
    this.#socket?.destroy();
    this.#socket = null;
  }

  #look(tries: number, since: number): void {
    const host = HOSTS[tries % HOSTS.length] ?? HOSTS[0];
    const { port } = this.#options;
    const socket = connect({ host, port });
    this.#socket = socket;
    const again = (): void => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      // A twentieth of the time waited so far: what is noticed late is small beside what it took.
      const pause = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, (performance.now() - since) / 20));
      this.#looking = setTimeout(() => this.#look(tries + 1, since), pause);
    };
    socket.on("error", again);
    socket.once("connect", () => {
      // A free port that the system also uses for outgoing connections can be connected with itself.
      if (socket.localPort === port) {
        socket.resetAndDestroy();
        again();
        return;
      }
      socket.setTimeout(PART_MS, () => socket.destroy());
      socket.resume();
      socket.end();
      if (this.#socket !== socket) return;
      this.#socket = null;
      this.#host = host;
      this.arrive();
    });
  }
}
