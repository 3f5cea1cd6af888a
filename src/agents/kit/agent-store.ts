import type { AgentDefinition, AgentKit } from "./agent.ts";
import type { HandlerContext } from "./handling/context.ts";
import { flushAll } from "./handling/inbox.ts";
import type { Inbox } from "./handling/inbox.ts";
import type { Logger } from "./log/logger.ts";
import type { Emitting } from "./outbox/emitter.ts";
import type { OutboxState, Publish } from "./outbox/outbox.ts";
import { OutboxRelay } from "./outbox/relay.ts";
import type { AgentEnvironment, Env } from "./process/environment.ts";
import type { SidecarClient } from "./sidecar/sidecar-client.ts";
import { DaprState } from "./state/dapr-state.ts";
import type { Projections } from "./sql/projection-status.ts";
import type { Requests } from "./requests/requests.ts";
import { StateOutbox } from "./state/state-outbox.ts";
import { StateRequests } from "./state/state-requests.ts";
import { StateWork } from "./state/state-work.ts";
import { Turns } from "./state/turns.ts";

/** Everything that an agent keeps: its SQL, its state, and the events that wait to be published. */
export interface AgentStore<DB> extends Inbox {
  readonly parts: Pick<AgentKit<DB>, "db" | "events" | "rebuild" | "transact" | "state" | "transactState">;
  /** What the agent makes from its event streams; null where there is nothing. */
  readonly projections: Projections | null;
  /** What somebody has to know of it although the agent is ready, in one line; null: nothing. */
  note(): string | null;
  /** Commands that came with an idempotency key: in SQL where the agent has it, else in the state store. */
  readonly requests: Requests;
  /** Resolves when the database is up to date. */
  readonly ready: Promise<void>;
  /** Where the SQL database is, without its password; null without one. */
  readonly database: string | null;
  /** How the outbox stands. */
  outbox(): Promise<OutboxState>;
  /** Publishes what an earlier process left behind, and forgets what is old. What fails is tried again, and said. */
  catchUp(): Promise<void>;
  close(): Promise<void>;
}

/** What a store is made with. */
interface StoreOptions<DB> {
  readonly definition: AgentDefinition<DB>;
  readonly env: Env;
  readonly settings: AgentEnvironment;
  readonly sidecar: SidecarClient;
  readonly publish: Publish;
  readonly emitting: Emitting;
  readonly log: Logger;
}

/** Opens what the definition asks for. @throws StartError */
export async function openStore<DB>(options: StoreOptions<DB>): Promise<AgentStore<DB>> {
  const { publish, log, settings, sidecar, emitting, definition } = options;
  const turns = new Turns();
  const state = new DaprState(sidecar, settings.statestore);
  const stateOutbox = new StateOutbox(state, turns, () =>
    log.info("there is no state store", { component: settings.statestore }),
  );
  const stateWork = new StateWork(state, stateOutbox, turns, emitting);
  const stateRelay = new OutboxRelay(stateOutbox, publish, log);
  const sql =
    definition.migrations === undefined ? null : await (await import("./sql/open-sql.ts")).openSql(options);

  const flushState = async (flow: string): Promise<void> => {
    if (stateWork.used && stateOutbox.mayHoldEvents) await stateRelay.flush(flow);
  };
  let look: Promise<unknown> | null = null;
  /**
   * Looks once into the outbox of the state store, where it is not known yet what an earlier process has left there. All
   * who ask meanwhile share the look: each of its own would keep the units of work waiting when the sidecar hangs.
   */
  const lookIntoState = async (): Promise<void> => {
    if (settings.sidecarPort === null || (await stateOutbox.pending()) !== null) return;
    look ??= stateOutbox.read(1, new Set()).finally(() => (look = null));
    await within(LOOK_PATIENCE, look);
  };
  return {
    parts: {
      get db() {
        return sql === null ? withoutSql("db")() : sql.db;
      },
      events: sql === null ? withoutSql("events") : (codec) => sql.work.events(codec),
      rebuild: sql === null ? withoutSql("rebuild") : (name) => sql.projections.rebuild(name),
      transact: sql === null ? withoutSql("transact") : (ctx, work, how) => sql.work.transact(ctx, work, how),
      state,
      transactState: (ctx, work, how) => stateWork.transact(ctx, work, how),
    },
    projections: sql !== null && (definition.projections ?? []).length > 0 ? sql.projections : null,
    note: () => (sql === null ? null : sql.note()),
    requests: sql === null ? new StateRequests(state) : sql.requests,
    ready: sql === null ? Promise.resolve() : sql.ready,
    database: sql === null ? null : sql.url,
    isHandled: async (eventId) => {
      if (sql !== null && (await sql.work.isHandled(eventId))) return true;
      // Asked only where units of work on the state store are in use; they check it again by themselves.
      return stateWork.used && (await stateWork.isHandled(eventId));
    },
    flush: async (flow) => {
      await Promise.all([sql?.relay.flush(flow), flushState(flow)]);
    },
    outbox: async () => {
      await lookIntoState();
      if (sql === null) return await stateRelay.state();
      const inSql = await lookIntoSql(sql.relay);
      // Without a sidecar nothing can be in the state store.
      if (settings.sidecarPort === null) return inSql;
      const inState = await stateRelay.state();
      const known = inSql.pending !== null && inState.pending !== null;
      return {
        pending: known ? inSql.pending + inState.pending : null,
        failed: inSql.failed + inState.failed,
      };
    },
    catchUp: async () => {
      // Each by itself: what keeps one outbox from being published must not keep the other one from being searched.
      const searches: Promise<void>[] = [];
      if (sql !== null) {
        const forgetting = sql.work.forgetOld().catch((error: unknown) => {
          log.warn("cannot forget the events that were handled long ago", { reason: reasonOf(error) });
        });
        searches.push(sql.relay.flush(), forgetting);
      }
      if (settings.sidecarPort !== null) searches.push(stateRelay.flush());
      await Promise.allSettled(searches); // the relay tells its failures itself, and tries again
    },
    close: async () => {
      stateRelay.stop();
      sql?.relay.stop();
      await sql?.close();
    },
  };
}

/** Null stands for "not known yet" while the database comes up or cannot be reached: health is answered all the same. */
async function lookIntoSql(relay: OutboxRelay): Promise<OutboxState> {
  const asked = relay.state();
  let state: OutboxState = { pending: null, failed: 0 };
  await within(
    LOOK_PATIENCE,
    asked.then((known) => {
      state = known;
    }),
  );
  return state;
}

/** What stands where a database would be. */
function withoutSql(what: string): () => never {
  return () => {
    throw new Error(`kit.${what} needs a database: give the agent's definition "migrations".`);
  };
}

/** How long a request waits for its events to be published before it is answered. */
const PUBLISH_PATIENCE = 5000;
/** How long a question about the outbox waits for the store that it is in. */
const LOOK_PATIENCE = 1000;

/**
 * Publishes what a command has committed. When that takes too long or fails, the command is answered all the same: its
 * events are kept, and the relay goes on.
 */
export async function publishCommitted(store: Inbox, ctx: HandlerContext): Promise<void> {
  if (ctx.emitted.length === 0) return;
  await within(PUBLISH_PATIENCE, flushAll(store, ctx), (error) => {
    ctx.log.debug("events are published later", { reason: reasonOf(error) });
  });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Resolves when the work has ended, however, and at the latest after `ms` milliseconds. */
async function within(ms: number, work: Promise<unknown>, failed?: (error: unknown) => void): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work.catch((error: unknown) => failed?.(error)), late]);
  clearTimeout(timer);
}
