import type { PublishRequest } from "../../runtime/resources/sidecar/sidecar-host.ts";
import type { RunClient } from "../../runtime/control/run-client.ts";
import type { FlowView } from "../../runtime/journal/journal-view.ts";
import { AgentsError } from "../../runtime/model/errors.ts";
import { parseJsonText } from "../../runtime/config/json-text.ts";
import { isPlainObject } from "../../runtime/model/config/check-shape.ts";
import type { Context } from "../context.ts";
import { openCatalog, schemaOf } from "../events/catalog.ts";
import { parseData, readData } from "../events/data.ts";
import { envelopeFor } from "../events/envelope.ts";
import { countFlow, flowLines, settledLine } from "../render/flow-text.ts";
import { shortId } from "../render/units.ts";
import { seconds } from "../up-options.ts";
import { projectOf, runOf } from "./run-client.ts";

/** `agents publish` as it was typed. */
export interface RawPublishOptions {
  readonly data?: string;
  readonly subject?: string;
  readonly correlationId?: string;
  readonly raw?: true;
  readonly force?: true;
  readonly wait?: string | true;
}

/** What is sent, and how it is known afterwards; raw data may have no id. */
interface Message {
  readonly id: string | null;
  readonly correlationId: string | null;
  readonly request: PublishRequest;
}

/** The pub/sub component of the standard event. */
const PUBSUB = "agents-pubsub";
const WAIT_SECONDS = 30;

/** `agents publish`: all input is checked before a run is looked for, so that a wrong payload is told without one. */
export async function publish(
  context: Context,
  eventType: string,
  options: RawPublishOptions,
): Promise<void> {
  const waitSeconds = parseWait(options.wait);
  const message = await messageFor(context, eventType, options);
  if (waitSeconds !== null && message.id === null) {
    throw new AgentsError("AGENTS_USAGE", "--wait needs an event with an id, and this raw data has none.", {
      path: "--wait",
      hint: "Leave --wait or --raw out.",
    });
  }
  const client = runOf(context);
  const startedAt = performance.now();
  await client.publish(message.request);
  const { out } = context;
  const { dim, bold } = out.style;
  const flow = message.correlationId === null ? "" : `  ${dim(`correlation ${message.correlationId}`)}`;
  out.line(`published  ${bold(eventType)}${message.id === null ? "" : `  ${shortId(message.id)}`}${flow}`);
  if (waitSeconds !== null && message.id !== null)
    return waitFor(context, client, { ...message, id: message.id, eventType }, waitSeconds, startedAt);
  if (out.json) out.document({ id: message.id, eventType, correlationId: message.correlationId });
}

function parseWait(wait: string | true | undefined): number | null {
  if (wait === undefined) return null;
  return wait === true ? WAIT_SECONDS : seconds("--wait", wait);
}

async function messageFor(
  { place }: Context,
  eventType: string,
  options: RawPublishOptions,
): Promise<Message> {
  const { data, subject = null, correlationId = null, raw, force } = options;
  const root = projectOf({ place }).root;
  const catalog = openCatalog(root);
  if (raw === true) return rawMessage(eventType, (await readData(data, place.cwd)).text);
  const isUnchecked = force === true && !catalog.types.includes(eventType);
  const schema = isUnchecked ? null : schemaOf(catalog, eventType, "--force sends it anyway");
  const payload = parseData(await readData(data, place.cwd));
  if (force !== true) {
    assertUuid(correlationId);
    const { assertPayload } = await import("../events/validate.ts");
    if (schema !== null) assertPayload(eventType, schema, payload);
  }
  const {
    id,
    correlationId: flow,
    body,
  } = envelopeFor({ eventType, payload, subject, correlationId, now: new Date() });
  return {
    id,
    correlationId: flow,
    request: {
      pubsub: PUBSUB,
      topic: eventType,
      body,
      contentType: "application/cloudevents+json",
      raw: false,
      traceparent: traceparentIn(process.env),
      id,
      correlationId: flow,
    },
  };
}

/** A pipeline that is traced hands its context on by this variable (https://opentelemetry.io/docs/specs/otel/context/env-carriers/). */
function traceparentIn(env: NodeJS.ProcessEnv): string | null {
  const given = env["TRACEPARENT"] ?? "";
  return /^00-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/u.test(given) ? given : null;
}

/** Sent as it is. Where it happens to be a CloudEvent, its id tells how to follow it. */
function rawMessage(topic: string, body: string): Message {
  const parsed = parseJsonText(body);
  const value = parsed.ok ? parsed.value : null;
  const isCloudEvent = isPlainObject(value) && typeof value["specversion"] === "string";
  const id = isCloudEvent && typeof value["id"] === "string" ? value["id"] : null;
  const plain = parsed.ok ? "application/json" : "text/plain";
  const contentType = isCloudEvent ? "application/cloudevents+json" : plain;
  return { id, correlationId: null, request: { pubsub: PUBSUB, topic, body, contentType, raw: true } };
}

function assertUuid(id: string | null): void {
  if (id === null || /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(id)) return;
  throw new AgentsError("AGENTS_USAGE", `--correlation-id is ${JSON.stringify(id)}: expected a UUID.`, {
    path: "--correlation-id",
    expected: "a UUID (RFC 9562)",
    found: JSON.stringify(id),
    hint: "Leave it out for a new flow; agents events shows the flows there are.",
  });
}

async function waitFor(
  { out, signal }: Context,
  client: RunClient,
  sent: { readonly id: string; readonly eventType: string; readonly correlationId: string | null },
  waitSeconds: number,
  startedAt: number,
): Promise<void> {
  const { id } = sent;
  const flow = await client.flow(id, waitSeconds, signal).catch((error: unknown) => {
    if (signal.aborted)
      throw new AgentsError("AGENTS_INTERRUPTED", "Interrupted: the event stays published.", {
        hint: `See: agents events show ${id}`,
      });
    if (!(error instanceof AgentsError) || error.code !== "AGENTS_NOT_RUNNING") throw error;
    // It was accepted: who hears only that nothing runs would send it again.
    if (out.json) out.document({ ...sentOnly(sent), settled: false, deliveries: [], caused: [] });
    throw new AgentsError("AGENTS_NOT_SETTLED", "The run ended before the event had settled.", {
      path: id,
      expected: "every delivery final",
      found: "no run",
      hint: `The event was accepted and is handled when the run is up again; do not send it again. See: agents events show ${id}`,
    });
  });
  if (out.json) out.document(inOrder(flow));
  else
    for (const line of [...flowLines(flow, out.style), settledLine(flow, performance.now() - startedAt)])
      out.line(line);
  assertSettled(flow, Math.min(waitSeconds, (performance.now() - startedAt) / 1000));
}

function sentOnly({
  id,
  eventType,
  correlationId,
}: Omit<Message, "request"> & { readonly eventType: string }) {
  return { id, eventType, correlationId };
}

/** What was asked for first, what it caused last. */
function inOrder({
  id,
  eventType,
  correlationId,
  settled,
  unknownOutboxes,
  laterWork,
  deliveries,
  caused,
}: FlowView): FlowView {
  const unknown = unknownOutboxes === undefined ? {} : { unknownOutboxes };
  const later = laterWork === undefined ? {} : { laterWork };
  return { id, eventType, correlationId, settled, ...unknown, ...later, deliveries, caused };
}

function assertSettled(flow: FlowView, waitSeconds: number): void {
  const { open, dead } = countFlow(flow);
  if (!flow.settled) {
    const what =
      open.length === 0
        ? waitsForText(flow)
        : `${open.join(", ")} ${open.length === 1 ? "is" : "are"} not done`;
    throw new AgentsError(
      "AGENTS_NOT_SETTLED",
      `Not settled after ${Number(waitSeconds.toFixed(1))} s: ${what}.`,
      {
        path: flow.id,
        expected: "every delivery final",
        found: what,
        hint: `It goes on without this command: agents events show ${flow.id}`,
      },
    );
  }
  if (dead > 0) {
    throw new AgentsError(
      "AGENTS_EVENT_DEAD",
      `${dead} ${dead === 1 ? "delivery is" : "deliveries are"} dead.`,
      {
        path: flow.id,
        expected: "every delivery handled",
        found: `${dead} dead`,
        hint: "See: agents events dead",
      },
    );
  }
}

/** Every delivery is final: what is waited for is in an outbox, or left for later. */
function waitsForText({ unknownOutboxes = [], laterWork = [] }: FlowView): string {
  const told = [
    ...unknownOutboxes.map(
      ({ agent, reason }) => `${agent} cannot tell whether it has events to send (${reason})`,
    ),
    ...laterWork.map(
      ({ agent, pending, dueAt }) =>
        `${agent} has left ${pending === 1 ? "something" : `${pending} things`} for later${dueAt === null ? "" : `, due at ${dueAt}`}`,
    ),
  ];
  return told.length === 0 ? "an agent still has events to send" : told.join(", ");
}
