/** The database cannot be reached right now. */
export class DatabaseUnavailable extends Error {
  override readonly name = "DatabaseUnavailable";

  constructor(server: string, reason: string, cause?: unknown) {
    super(`The database at ${server} cannot be reached: ${reason}`, { cause });
  }
}
