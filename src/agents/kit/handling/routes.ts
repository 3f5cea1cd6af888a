import type { z } from "zod";
import type { EventDefinition } from "../events/define-event.ts";
import { withOwnCursors } from "../http/paging.ts";
import type { StandardEvent } from "../events/standard-event.ts";
import type { HandlerContext } from "./context.ts";
import { DropEvent } from "./drop-event.ts";
import { parseInput } from "./parse-input.ts";
import { readPayload } from "./read-payload.ts";

/** What the options of commands and queries have in common. */
export interface RouteOptions<Input extends z.ZodType, Output extends z.ZodType> {
  /** Name of the command or query, e.g. `GenerateTestSpec`: its operation id in the OpenAPI document. */
  readonly name: string;
  /** Below `/api/<agent>`, with parameters in braces: `/specs/{specId}`. Matched without regard to case. */
  readonly path: string;
  readonly description?: string;
  /** Path parameters and, for a command, the JSON body, for a query, the query string, as one object. */
  readonly input: Input;
  /** Schema of the answer. A result that does not fit is a bug of the handler: 500. */
  readonly output: Output;
  handler(input: z.output<Input>, ctx: HandlerContext): Promise<z.input<Output>> | z.input<Output>;
}

/** A command's options. */
export interface CommandOptions<Input extends z.ZodType, Output extends z.ZodType> extends RouteOptions<
  Input,
  Output
> {
  readonly method?: "post" | "put" | "patch" | "delete";
  /** True when the handler gives `ctx.precondition` to `decideOn`: only then may a request bring an `If-Match`. */
  readonly conditional?: boolean;
}

interface Route {
  readonly name: string;
  readonly path: string;
  readonly description: string | undefined;
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  /** Parses the input, runs the handler, checks the output. @throws Problem 422 when the input does not fit. */
  readonly run: (input: unknown, ctx: HandlerContext) => Promise<unknown>;
}

/** A command as the server mounts it; made by {@link command}. */
export interface CommandRoute extends Route {
  readonly kind: "command";
  readonly method: "post" | "put" | "patch" | "delete";
  readonly conditional: boolean;
}

/** A query as the server mounts it; made by {@link query}. */
export interface QueryRoute extends Route {
  readonly kind: "query";
  readonly method: "get";
}

/**
 * A command: changes something and may emit events. Answered with
 * `{ correlationId, result, events: [{ id, eventType }], generatedBy, promptRef }`, where `result` is what the handler
 * returns. Who made its texts stands beside it (`ctx.noteShown`), never in it: a replay has the same result. Sent again with
 * the same `Idempotency-Key`, it does nothing and gives the same answer.
 */
export function command<Input extends z.ZodType, Output extends z.ZodType>(
  options: CommandOptions<Input, Output>,
): CommandRoute {
  return {
    ...toRoute(options),
    kind: "command",
    method: options.method ?? "post",
    conditional: options.conditional ?? false,
  };
}

/**
 * A query: changes nothing. Answered with what the handler returns. The cursors of a page carry the name of the query, and
 * those of another query are refused. Numbers in the query string need `z.coerce`.
 */
export function query<Input extends z.ZodType, Output extends z.ZodType>(
  options: RouteOptions<Input, Output>,
): QueryRoute {
  const { run, ...route } = toRoute(options);
  return { ...route, run: withOwnCursors(route.name, route.output, run), kind: "query", method: "get" };
}

function toRoute<Input extends z.ZodType, Output extends z.ZodType>(
  options: RouteOptions<Input, Output>,
): Route {
  const { name, path, description, input, output } = options;
  const run = async (raw: unknown, ctx: HandlerContext): Promise<unknown> => {
    const result = await options.handler(parseInput(input, raw), ctx);
    const checked = output.safeParse(result);
    // Not the caller's fault: a plain error, so that it becomes a 500 and not a validation problem.
    if (!checked.success) throw new OutputMismatch(name, checked.error);
    return checked.data;
  };
  return { name, path, description, input, output, run };
}

/** A handler returned something that its own output schema refuses. */
class OutputMismatch extends Error {
  override readonly name = "OutputMismatch";
  constructor(name: string, cause: z.ZodError) {
    super(`${name} returned something that its output schema refuses: ${cause.message}`, { cause });
  }
}

/** A subscription's options. */
export interface SubscriptionOptions<Payload> {
  /** Handles one event. Events are delivered at least once: whatever it does outside the agent must be safe to repeat. */
  handler(event: StandardEvent<Payload>, ctx: HandlerContext): Promise<void> | void;
  /** Where the sidecar delivers it; by default `/events/<event type>`. */
  readonly route?: string;
}

/** A subscription as the server mounts it; made by {@link on}. */
export interface EventSubscription {
  readonly definition: EventDefinition;
  readonly route: string;
  /** Checks the payload and runs the handler. @throws DropEvent when the payload does not fit. */
  readonly deliver: (event: StandardEvent, ctx: HandlerContext) => Promise<void>;
}

/** Subscribes to an event type. A payload that does not fit its schema is dropped (dead-lettered), an error is retried. */
export function on<Payload>(
  definition: EventDefinition<Payload>,
  options: SubscriptionOptions<Payload>,
): EventSubscription {
  return {
    definition,
    route: options.route ?? `/events/${definition.type}`,
    deliver: async (event, ctx) => {
      assertVersion(definition, event.dataVersion);
      const payload = readPayload(definition, event.data.payload);
      await options.handler({ ...event, data: { ...event.data, payload } }, ctx);
    },
  };
}

/** A minor version only adds what a reader may ignore (`1.1` is read as `1.0`); another major one means something else. */
function assertVersion({ type, dataVersion }: EventDefinition, found: string): void {
  if (found.split(".")[0] === dataVersion.split(".")[0]) return;
  throw new DropEvent(`The event is ${type} in version ${found}; this agent reads ${dataVersion}.`);
}
