/** Some of several events were not published; the others were. */
export class PublishFailure extends Error {
  override readonly name = "PublishFailure";
  /** Why, by their index among those that were to be published. */
  readonly failed: ReadonlyMap<number, string>;

  constructor(failed: ReadonlyMap<number, string>) {
    super(failed.values().next().value ?? "");
    this.failed = failed;
  }
}
