import type { Kysely } from "kysely";
import type { Projection } from "./projection.ts";
import { isOneOf } from "./sql-event-store.ts";
import { kitTables } from "./tables.ts";
import type { KitTables, TableNames } from "./tables.ts";

/** How one projection stands to the streams that it is made from. */
export interface ProjectionStatus {
  readonly name: string;
  /** Of this program. */
  readonly version: number;
  /** Version that its tables were built by; another one when they could not be rebuilt at the start, null when they never were. */
  readonly builtVersion: number | null;
  /** What the ids of its streams begin with. */
  readonly streams: string;
  /** How many events these streams have: it is never behind them. */
  readonly events: number;
  /** Position of the last of them among all events of the agent; null when there is none. */
  readonly position: number | null;
  /** When it was last rebuilt from its first event on, ISO 8601 UTC; null where that was not noted yet. */
  readonly rebuiltAt: string | null;
}

/** The projections of an agent, as somebody looks after them. */
export interface Projections {
  list(): Promise<readonly ProjectionStatus[]>;
  /** Answers how many events it was made from. @throws TypeError when there is none of that name. */
  rebuild(name: string, signal?: AbortSignal): Promise<number>;
}

export async function projectionStatuses<DB>(
  db: Kysely<DB>,
  names: TableNames,
  projections: readonly Pick<Projection<DB>, "name" | "version" | "streams">[],
): Promise<readonly ProjectionStatus[]> {
  const built = await kitTables<KitTables["projections"]>(db)
    .selectFrom(names.projections)
    .select(["name", "version", "rebuilt_at"])
    .execute();
  const statuses: ProjectionStatus[] = [];
  for (const { name, version, streams } of projections) {
    const { events, position } = await kitTables<KitTables["events"]>(db)
      .selectFrom(names.events)
      .select((eb) => [eb.fn.countAll<number>().as("events"), eb.fn.max("position").as("position")])
      .where(isOneOf(streams))
      .executeTakeFirstOrThrow();
    const row = built.find((each) => each.name === name);
    const [builtVersion, rebuiltAt] = [row?.version ?? null, row?.rebuilt_at ?? null];
    statuses.push({ name, version, builtVersion, streams, events, position, rebuiltAt });
  }
  return statuses;
}
