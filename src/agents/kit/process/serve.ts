import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { Hono } from "hono";
import { StartError } from "./start-error.ts";
import { trusted } from "./trusted.ts";

/** A server that listens. */
export interface Listening {
  readonly url: string;
  /** Takes no new connections and lets go of idle ones. Requests in hand are answered. */
  stopAccepting(): void;
  /** Resolves when every answer has left. */
  answered(): Promise<void>;
}

/** Listens. @throws StartError naming the address when it cannot. */
export async function serve(agent: string, app: Hono, host: string, port: number): Promise<Listening> {
  const server = trusted<Server>(createAdaptorServer({ fetch: app.fetch, hostname: host })); // plain HTTP is the default
  // A sidecar keeps its connections: closing one under a delivery that is on its way would look like a failure.
  server.keepAliveTimeout = 75_000;
  const answers = new OpenAnswers(server);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(port, host, resolve);
  try {
    await promise;
  } catch (error) {
    throw cannotListen(agent, host, port, error);
  }
  const { port: actual } = trusted<AddressInfo>(server.address()); // a TCP server has one
  const name = host.includes(":") ? `[${host}]` : host;
  return {
    url: `http://${name}:${actual}`,
    stopAccepting: () => {
      server.close();
      server.closeIdleConnections();
    },
    answered: () => answers.done(),
  };
}

/** The answers that are not yet handed over to the operating system. */
class OpenAnswers {
  #open = 0;
  #done: (() => void) | null = null;

  constructor(server: Server) {
    server.on("request", (_request, response) => {
      this.#open += 1;
      response.once("close", () => {
        this.#open -= 1;
        if (this.#open === 0) this.#done?.();
      });
    });
  }

  done(): Promise<void> {
    if (this.#open === 0) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#done = resolve;
    return promise;
  }
}

function cannotListen(agent: string, host: string, port: number, error: unknown): StartError {
  const code = error instanceof Error && "code" in error ? error.code : null;
  const reason = error instanceof Error ? error.message : String(error);
  if (code === "EADDRINUSE") {
    return new StartError(
      `${agent} cannot listen on ${host}:${port}: the port is in use`,
      "Stop what uses it, or set PORT to another one.",
      { cause: error, mayPass: true },
    );
  }
  return new StartError(`${agent} cannot listen on ${host}:${port}: ${reason}`, "Check HOST and PORT.", {
    cause: error,
  });
}
