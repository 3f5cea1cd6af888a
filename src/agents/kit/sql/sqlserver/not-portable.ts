/** A query that SQLite understands and that cannot be said in T-SQL as it stands. The message says what to write instead. */
export class NotPortable extends Error {
  override readonly name = "NotPortable";
}
