import { setTimeout } from "node:timers/promises";
import type { Logger } from "../../log/logger.ts";
import { StartError } from "../../process/start-error.ts";
import { tediousConfig } from "./connect.ts";
import type { Session, tryConnect } from "./connect.ts";
import { errorNumber, messageOf } from "./failure.ts";
import type { SqlServerSettings } from "./url.ts";

const FIRST_DELAY = 250;
const LONGEST_DELAY = 5000;
const SAID_AGAIN = 15_000;

/** What is needed to wait for a server. */
export interface Preparing {
  readonly agent: string;
  readonly settings: SqlServerSettings;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** How long it waits for a server that does not answer. */
  readonly patienceMs: number;
  readonly connect: typeof tryConnect;
}

type Look =
  | { readonly at: "ready" }
  | { readonly at: "again" }
  | { readonly at: "wait"; readonly reason: string };

/**
 * Waits until the database answers, and creates it where the server has none of that name and the login may.
 *
 * @throws StartError for what waiting does not mend.
 */
export async function prepareDatabase(preparing: Preparing): Promise<void> {
  const { agent, settings, log, signal, patienceMs } = preparing;
  const server = `${settings.host}:${settings.port}`;
  const began = performance.now();
  let said = { reason: "", at: Number.NEGATIVE_INFINITY };
  for (let delay = FIRST_DELAY; ;) {
    const look = await lookAt(preparing);
    const now = performance.now();
    if (look.at === "ready") {
      if (said.reason !== "") log.info("SQL Server answers", { server, afterMs: Math.round(now - began) });
      return;
    }
    if (look.at === "again") continue;
    if (now - began > patienceMs) {
      throw new StartError(
        `${agent} cannot reach SQL Server at ${server}: ${look.reason}`,
        `Tried for ${patienceMs / 1000} s. Start the server, or correct the URL of the database.`,
        { mayPass: true },
      );
    }
    if (look.reason !== said.reason || now - said.at > SAID_AGAIN) {
      log.info("waits for SQL Server", { server, reason: look.reason });
      said = { reason: look.reason, at: now };
    }
    await setTimeout(delay, undefined, { signal });
    delay = Math.min(delay * 2, LONGEST_DELAY);
  }
}

async function lookAt(preparing: Preparing): Promise<Look> {
  const { agent, settings, signal } = preparing;
  const attempt = await preparing.connect(tediousConfig(agent, settings, settings.database), signal);
  signal.throwIfAborted();
  switch (attempt.at) {
    case "connected":
      attempt.session[Symbol.dispose]();
      return { at: "ready" };
    case "unreachable":
      return { at: "wait", reason: attempt.reason };
    case "certificate":
      throw new StartError(
        `${agent} does not trust the certificate of SQL Server at ${settings.host}: ${attempt.reason}`,
        "Give the server a certificate that this machine trusts, or add ?trustServerCertificate=true to the URL.",
      );
    case "refused":
      // No such database looks like a wrong password from here.
      return await inMaster(preparing, attempt.reason);
    default:
      return attempt satisfies never;
  }
}

/** Why the login did not get into its database, asked where every login may go. */
async function inMaster(preparing: Preparing, refusal: string): Promise<Look> {
  const { agent, settings, signal } = preparing;
  const server = `${settings.host}:${settings.port}`;
  const attempt = await preparing.connect(tediousConfig(agent, settings, "master"), signal);
  signal.throwIfAborted();
  if (attempt.at !== "connected") {
    if (attempt.at === "unreachable") return { at: "wait", reason: attempt.reason };
    throw new StartError(
      `${agent} cannot log in to SQL Server at ${server}: ${refusal}`,
      "Check user and password in the URL of the database.",
    );
  }
  using session = attempt.session;
  const state = await session.ask(
    "select [state_desc] from [sys].[databases] where [name] = @1",
    settings.database,
  );
  if (state === null) return await create(session, preparing);
  if (state !== "ONLINE") return { at: "wait", reason: `the database ${settings.database} is ${state}` };
  throw new StartError(
    `${agent} may not use the database ${settings.database} at ${server}: ${refusal}`,
    "Give the login a user in that database that is a member of db_owner.",
  );
}

const EXISTS_ALREADY = 1801;
/** Another database is being created at this moment. */
const MODEL_IS_LOCKED = 1807;

async function create(session: Session, { agent, settings, log }: Preparing): Promise<Look> {
  const { database } = settings;
  const [first, ...then] = createDatabase(database);
  try {
    await session.ask(first);
    for (const statement of then) await session.ask(statement);
    log.info("created the database", { database });
    return { at: "again" };
  } catch (error) {
    const number = errorNumber(error);
    if (number === EXISTS_ALREADY) return { at: "again" };
    if (number === MODEL_IS_LOCKED) return { at: "wait", reason: messageOf(error) };
    throw new StartError(
      `${agent} cannot create the database ${database}: ${messageOf(error)}`,
      "Create it by hand, and give the login a user in it that is a member of db_owner.",
      { cause: error },
    );
  }
}

/** Who reads does not wait for who writes, as with SQLite. */
export function createDatabase(database: string): readonly [string, string] {
  const name = `[${database.replaceAll("]", "]]")}]`;
  return [
    `create database ${name}`,
    `alter database ${name} set read_committed_snapshot on with rollback immediate`,
  ];
}
