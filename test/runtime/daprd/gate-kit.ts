import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { findFreePort } from "../../../src/runtime/resources/process/ports.ts";
import type { DeliveryRecord } from "../../../src/runtime/resources/sidecar/daprd/gate/delivery-record.ts";
import { Gate, type GateOptions } from "../../../src/runtime/resources/sidecar/daprd/gate/gate.ts";
import { call, type Answer } from "../sidecar/kit.ts";
import type { Owner } from "./kit.ts";

export interface OpenGate {
  readonly gate: Gate;
  readonly port: number;
  readonly records: DeliveryRecord[];
  /** Asks for the app's subscriptions as a daprd does. */
  readonly subscribe: () => Promise<Answer>;
  /** Delivers an event as a daprd does. */
  readonly deliver: (id: string, path?: string) => Promise<Answer>;
}

/** A gate in front of a port, without a daprd: the test plays it. */
export async function openGate(
  t: Owner,
  appPort: number,
  options: Partial<GateOptions> = {},
): Promise<OpenGate> {
  const port = await findFreePort();
  const records: DeliveryRecord[] = [];
  const gate = new Gate({
    agent: "worker",
    port,
    appPort,
    maxAttempts: 6,
    onRecord: (record) => void records.push(record),
    ...options,
  });
  t.teardown(async () => await gate[Symbol.asyncDispose]());
  const deliver = async (id: string, path = "/things"): Promise<Answer> =>
    await call(port, path, {
      method: "POST",
      headers: { "content-type": "application/cloudevents+json", host: `127.0.0.1:${port}` },
      body: envelope(id),
    });
  return { gate, port, records, subscribe: async () => await call(port, "/dapr/subscribe"), deliver };
}

export function envelope(id: string, topic = "things"): string {
  return JSON.stringify({
    specversion: "1.0",
    id,
    type: "t",
    source: "s",
    topic,
    pubsubname: "agents-pubsub",
    data: id,
  });
}

/** Resolves once the gate listens. */
export async function untilOpen(port: number): Promise<void> {
  for (;;) {
    try {
      await call(port, "/anything-at-all");
      return;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ECONNREFUSED") await turn();
      else return;
    }
  }
}

/** Lets everything that is ready happen. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

/** A server of the test's own on a port of loopback. */
export async function serve(t: Owner, listener: RequestListener, port = 0): Promise<Server> {
  const server = createServer(listener).listen(port, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  return server;
}

/** Connections that a server has. */
export function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
  );
}
