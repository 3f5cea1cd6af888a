/** How ports are looked for; the composition root knows which are promised to others. */
export interface PortFinder {
  readonly isFree: (port: number) => Promise<boolean>;
  /** One that is free, and is promised to nobody else from now on. */
  readonly free: () => Promise<number>;
}

export interface ChosenDaprdPorts {
  readonly http: number;
  readonly grpc: number;
  readonly internal: number;
  /** Of the gate, where daprd dials its app. */
  readonly gate: number;
}

/**
 * The four ports of a daprd. They stay over its restarts, as its app was told two of them. What nobody was told yet, or
 * nobody else knows, moves where its port was taken meanwhile.
 */
export class DaprdPorts {
  readonly #preferred: number;
  readonly #find: PortFinder;
  #chosen: ChosenDaprdPorts | null = null;
  #gateMoves = false;

  constructor(http: number, find: PortFinder) {
    this.#preferred = http;
    this.#find = find;
  }

  get http(): number {
    return this.#chosen?.http ?? this.#preferred;
  }

  get grpc(): number | null {
    return this.#chosen?.grpc ?? null;
  }

  get note(): string | null {
    return this.http === this.#preferred
      ? null
      : `port ${this.#preferred} is taken: it listens on ${this.http} instead`;
  }

  /** Before each start, while no daprd of it runs. The gate is ours, and may be listening. */
  async choose(): Promise<ChosenDaprdPorts> {
    const { isFree, free } = this.#find;
    const before = this.#chosen;
    if (before !== null) {
      const internal = (await isFree(before.internal)) ? before.internal : await free();
      const gate = this.#gateMoves ? await free() : before.gate;
      this.#gateMoves = false;
      return (this.#chosen = { ...before, internal, gate });
    }
    const http = this.#preferred !== 0 && (await isFree(this.#preferred)) ? this.#preferred : await free();
    return (this.#chosen = { http, grpc: await free(), internal: await free(), gate: await free() });
  }

  /** The gate could not listen: it gets another port at the next start. */
  moveGate(): void {
    this.#gateMoves = true;
  }
}
