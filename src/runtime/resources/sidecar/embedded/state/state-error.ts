const PREFIX = {
  mismatch: "possible etag mismatch. error from state store",
  invalid: "invalid etag value",
};

/** A state request that the store refuses, in the words of Dapr's state components. */
export class StateError extends Error {
  override readonly name = "StateError";
  readonly kind: "mismatch" | "invalid" | "other";

  private constructor(kind: "mismatch" | "invalid" | "other", message: string) {
    super(message);
    this.kind = kind;
  }

  /** `why`: what the store says to it, where it says something. */
  static mismatch(why = ""): StateError {
    return new StateError("mismatch", why === "" ? PREFIX.mismatch : `${PREFIX.mismatch}: ${why}`);
  }

  /** An etag that this store cannot have given. */
  static invalid(etag: string): StateError {
    const why = `strconv.Atoi: parsing ${JSON.stringify(etag)}: invalid syntax`;
    return new StateError("invalid", `${PREFIX.invalid}: ${why}`);
  }

  /** As Dapr tells it where it is one of several that were saved: it begins twice. */
  ofSeveral(): StateError {
    return this.kind === "other" ? this : new StateError(this.kind, `${PREFIX[this.kind]}: ${this.message}`);
  }

  static other(message: string): StateError {
    return new StateError("other", message);
  }
}
