import type { Progress } from "../../model/snapshot.ts";

/** One line of what Docker says while it pulls. */
export interface PullMessage {
  readonly id?: string;
  readonly status?: string;
  readonly error?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
}

/** Bytes of the layers of one image. A layer's size is known only once its download begins, so `total` grows at first. */
export class PullProgress {
  readonly #what: string;
  readonly #layers = new Map<string, { done: number; total: number }>();

  constructor(what: string) {
    this.#what = what;
  }

  /** True if there is something new to show. */
  take({ id, status, progressDetail }: PullMessage): boolean {
    if (id === undefined || status === undefined) return false;
    const layer = this.#layers.get(id);
    switch (status) {
      case "Downloading": {
        const { current = 0, total = 0 } = progressDetail ?? {};
        if (layer !== undefined && current <= layer.done && total <= layer.total) return false;
        // A download that begins again after a broken connection does not make the bar go back.
        this.#layers.set(id, {
          done: Math.max(current, layer?.done ?? 0),
          total: Math.max(total, current, layer?.total ?? 0),
        });
        return true;
      }
      case "Verifying Checksum":
      case "Download complete":
      case "Extracting":
      case "Pull complete":
        if (layer === undefined || layer.done === layer.total) return false;
        layer.done = layer.total;
        return true;
      default:
        return false;
    }
  }

  get view(): Progress {
    let done = 0;
    let total = 0;
    for (const layer of this.#layers.values()) {
      done += layer.done;
      total += layer.total;
    }
    return { what: this.#what, done, total, unit: "bytes" };
  }
}
