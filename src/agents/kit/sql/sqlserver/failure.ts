/** What keeps a connection from being made. */
export type ConnectFailure =
  /** Nobody answers, or not yet: it is tried again. */
  | { readonly at: "unreachable"; readonly reason: string }
  /** The server answers and does not let this login in, or not into this database. */
  | { readonly at: "refused"; readonly reason: string }
  /** The server's certificate is not one that this machine trusts. */
  | { readonly at: "certificate"; readonly reason: string };

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS/;
/** What a server says while it starts or a database is brought up. */
const COMING_UP =
  /script upgrade mode|not currently available|being recovered|is starting|shutdown is in progress/i;

/** Reads what tedious throws when it connects. */
export function connectFailure(error: unknown): ConnectFailure {
  const reason = messageOf(innermost(error)).replace(/\.$/, "");
  const codes = codesOf(error);
  if (codes.some((code) => CERTIFICATE.test(code))) return { at: "certificate", reason };
  if (codes[0] === "ELOGIN" && !COMING_UP.test(reason)) return { at: "refused", reason };
  return { at: "unreachable", reason };
}

/** The number of an error of the server; null for what is none. */
export function errorNumber(error: unknown): number | null {
  const [first] = Array.isArray(error) ? error.filter((each: unknown) => numberOf(each) !== null) : [error];
  return numberOf(first);
}

/** As one error: Kysely hands over a list when the server said several things. */
export function toError(error: unknown): Error {
  const all: readonly unknown[] = Array.isArray(error) ? error : [error];
  const [first] = all;
  if (all.length === 1 && first instanceof Error) return first;
  return new AggregateError(all, all.map(messageOf).join(" "));
}

/** Codes of the connection, as tedious has them: what was asked cannot have been answered. */
const LOST = new Set(["ESOCKET", "ECONNCLOSED", "ECONNRESET", "EPIPE", "ENOTOPEN"]);

export function isConnectionLost(error: unknown): boolean {
  return codesOf(error).some((code) => LOST.has(code));
}

function numberOf(error: unknown): number | null {
  return error instanceof Error && "number" in error && typeof error.number === "number"
    ? error.number
    : null;
}

export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return error.errors.map(messageOf).join("; ");
  return error instanceof Error ? error.message : String(error);
}

/** The system's own words: tedious wraps them in "Could not connect (sequence)". */
function innermost(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const next: unknown = error instanceof AggregateError ? error.errors[0] : error.cause;
  return next instanceof Error ? innermost(next) : error;
}

function codesOf(error: unknown): readonly string[] {
  const codes: string[] = [];
  const visit = (at: unknown): void => {
    if (!(at instanceof Error)) return;
    if ("code" in at && typeof at.code === "string") codes.push(at.code);
    if (at instanceof AggregateError) for (const each of at.errors) visit(each);
    visit(at.cause);
  };
  visit(error);
  return codes;
}
