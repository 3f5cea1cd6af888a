/** An expression that cannot be parsed, or that fails on an event. */
export class CelError extends Error {
  override readonly name = "CelError";
}
