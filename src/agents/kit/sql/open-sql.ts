import type { AgentDefinition } from "../agent.ts";
import type { Logger } from "../log/logger.ts";
import type { Emitting } from "../outbox/emitter.ts";
import type { Publish } from "../outbox/outbox.ts";
import { OutboxRelay } from "../outbox/relay.ts";
import type { Env } from "../process/environment.ts";
import { StartError } from "../process/start-error.ts";
import type { Requests } from "../requests/requests.ts";
import { openDatabase } from "./open-database.ts";
import type { OpenDatabase } from "./database.ts";
import type { Projections } from "./projection-status.ts";
import { rebuildStale } from "./rebuild.ts";
import { SqlOutbox } from "./sql-outbox.ts";
import { SqlRequests } from "./sql-requests.ts";
import { SqlWork } from "./sql-work.ts";
import { shownUrl } from "./sqlserver/url.ts";
import { kitTables, tableNames } from "./tables.ts";

/** What an agent keeps in SQL, and how it is worked with. */
export interface SqlStore<DB> extends OpenDatabase<DB> {
  /** Where the database is, without its password. */
  readonly url: string;
  readonly relay: OutboxRelay;
  readonly requests: Requests;
  readonly work: SqlWork<DB>;
  readonly projections: Projections;
  /** Which projection could not be rebuilt, in one line; null: all of them stand. */
  note(): string | null;
}

/** What the SQL side is opened with. */
interface SqlOptions<DB> {
  readonly definition: AgentDefinition<DB>;
  readonly env: Env;
  readonly publish: Publish;
  readonly emitting: Emitting;
  readonly log: Logger;
}

/** Opens the database of an agent that has migrations; loaded by those alone. @throws StartError */
export async function openSql<DB>(options: SqlOptions<DB>): Promise<SqlStore<DB>> {
  const { definition, publish, log, emitting } = options;
  const url = urlOf(options);
  const names = tableNames(definition.name);
  const projections = definition.projections ?? [];
  const left = new Map<string, string>();
  const now = (): string => emitting.clock().toISOString();
  const opened = await openDatabase<DB>({
    agent: definition.name,
    url,
    migrations: definition.migrations ?? {},
    log,
    prepare: async (db) => {
      for (const { projection, error } of await rebuildStale(db, names, projections, now)) {
        log.error("a projection is left as it was", { projection, reason: error.message });
        left.set(projection, error.message);
      }
    },
  });
  const work = new SqlWork(opened.db, names, emitting, projections);
  return {
    db: opened.db,
    ready: opened.ready,
    close: () => opened.close(),
    url: shownUrl(url),
    relay: new OutboxRelay(new SqlOutbox(kitTables(opened.db), names), publish, log),
    requests: new SqlRequests(opened.db, names, now),
    work,
    projections: {
      list: () => work.projections(),
      rebuild: async (name, signal) => {
        const replayed = await work.rebuild(name, signal);
        left.delete(name);
        return replayed;
      },
    },
    note: () => {
      const [first] = left;
      return first === undefined ? null : `projection ${first[0]} is not rebuilt: ${first[1]}`;
    },
  };
}

function urlOf<DB>({ definition, env }: SqlOptions<DB>): string {
  const variable = definition.database ?? "SQLSERVER_URL";
  const url = env[variable];
  if (url !== undefined && url !== "") return url;
  throw new StartError(
    `${definition.name} has no database: ${variable} is not set`,
    `Add the database to the agent's "uses" in agents.config.ts, or set ${variable}=sqlite:/absolute/path.db.`,
  );
}
