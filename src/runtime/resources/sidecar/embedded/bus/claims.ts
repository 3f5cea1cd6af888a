import type { DeliveryChange, QueuedDelivery } from "./event.ts";

/** Who handed a delivery out; told what an attempt came to, inside of the write that says so. */
export interface Claimant {
  settled(change: DeliveryChange): void;
}

interface Claim {
  readonly by: Claimant | null;
  /** Null: taken, and not to be made yet. */
  attempts: number | null;
}

/**
 * Deliveries whose events are in a broker of their own (a Redis stream). One is made only while the broker has handed it
 * out, as somebody else may be about to make it; and only in its turn, as what a lane knows of it may be old.
 */
export class Claims {
  readonly #byDelivery = new Map<number, Claim>();

  /** Some entry of the broker's stands for it. */
  isTaken(deliveryId: number): boolean {
    return this.#byDelivery.has(deliveryId);
  }

  /** It may be made now. */
  isOut({ id, attempts }: QueuedDelivery): boolean {
    return this.#byDelivery.get(id)?.attempts === attempts;
  }

  /** `by` null: by hand, whatever the broker says. */
  take(deliveryId: number, by: Claimant | null): void {
    this.#byDelivery.set(deliveryId, { by, attempts: null });
  }

  handOut({ id, attempts }: Pick<QueuedDelivery, "id" | "attempts">): void {
    const claim = this.#byDelivery.get(id);
    if (claim !== undefined) claim.attempts = attempts;
  }

  /** It is the broker's again, or over. */
  release(deliveryId: number): void {
    this.#byDelivery.delete(deliveryId);
  }

  settle(deliveryId: number, change: DeliveryChange): void {
    const claim = this.#byDelivery.get(deliveryId);
    if (claim === undefined) return;
    claim.attempts = change.attempts;
    if (claim.by !== null) claim.by.settled(change);
    else if (change.status !== "retrying") this.release(deliveryId);
  }
}
