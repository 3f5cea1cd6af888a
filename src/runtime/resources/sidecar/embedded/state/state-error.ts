/** A state request that the store refuses, in the words of Dapr's state components. */
export class StateError extends Error {
  override readonly name = "StateError";
  readonly kind: "mismatch" | "other";

  private constructor(kind: "mismatch" | "other", message: string) {
    super(message);
    this.kind = kind;
  }

  static mismatch(): StateError {
    return new StateError("mismatch", "possible etag mismatch. error from state store");
  }

  static other(message: string): StateError {
    return new StateError("other", message);
  }
}
