import { connect, type Socket } from "node:net";
import type { AppAddress } from "./app-client.ts";

const FIRST_MS = 20;
const LAST_MS = 500;

/** Tries until something listens on a port, ever more rarely (20 ms to 0.5 s). */
export class Prober {
  readonly #address: AppAddress;
  readonly #onListening: () => void;
  #timer: NodeJS.Timeout | null = null;
  #socket: Socket | null = null;

  constructor(address: AppAddress, onListening: () => void) {
    this.#address = address;
    this.#onListening = onListening;
  }

  start(): void {
    this.stop();
    this.#wait(FIRST_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#socket?.destroy();
    this.#socket = null;
  }

  #wait(ms: number): void {
    this.#timer = setTimeout(() => this.#probe(ms), ms);
  }

  #probe(lastWait: number): void {
    const socket = connect({ ...this.#address });
    this.#socket = socket;
    socket.once("connect", () => {
      this.stop();
      this.#onListening();
    });
    socket.once("error", () => {
      if (this.#socket === socket) this.#wait(Math.min(lastWait * 2, LAST_MS));
    });
  }
}
