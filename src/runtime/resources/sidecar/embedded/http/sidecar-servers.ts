import type { SidecarSpec } from "../../sidecar-host.ts";
import type { SidecarTraits } from "../sidecar-traits.ts";
import { handleInvoked } from "./invoked-handler.ts";
import { route, routePublic, type ApiContext } from "./routes.ts";
import { SidecarServer, type ServerOptions } from "./sidecar-server.ts";

export interface ServersOptions {
  readonly spec: SidecarSpec;
  readonly traits: SidecarTraits;
  readonly context: ApiContext;
  readonly apiToken: string | undefined;
  readonly log: (level: "info" | "warn" | "error", text: string) => void;
}

/** Everything that one sidecar listens on: its API, and where it is asked for, the public port and the one for other sidecars. */
export class SidecarServers {
  readonly #api: SidecarServer;
  readonly #public: SidecarServer | null;
  readonly #internal: SidecarServer | null;
  readonly #neighbourhood: SidecarTraits["neighbourhood"];

  constructor({ spec, traits, context, apiToken, log }: ServersOptions) {
    const { publicOn, headerLimit, neighbourhood } = traits;
    const { appId } = spec;
    const common = { appId, headerLimit, log } satisfies Partial<ServerOptions>;
    this.#neighbourhood = neighbourhood;
    this.#api = new SidecarServer({
      ...common,
      port: spec.httpPort,
      mayMove: spec.mayMove,
      listenOn: traits.listenOn,
      bodyLimit: traits.bodyLimit,
      apiToken,
      handle: (call) => {
        if (traits.logsCalls === true) log("info", `HTTP API Called: ${call.method} ${call.rawPath}`);
        return route(context, call);
      },
    });
    this.#public =
      publicOn === undefined
        ? null
        : new SidecarServer({
            ...common,
            port: publicOn.port,
            mayMove: false,
            listenOn: { addresses: publicOn.address === "" ? null : [publicOn.address], socket: null },
            apiToken: undefined,
            handle: (call) => routePublic(context, call),
          });
    this.#internal =
      neighbourhood === undefined
        ? null
        : new SidecarServer({
            ...common,
            port: neighbourhood.listenOn.port,
            mayMove: false,
            listenOn: { addresses: [neighbourhood.listenOn.address], socket: null },
            apiToken: undefined,
            handle: (call) => handleInvoked(context, neighbourhood.token, call),
          });
  }

  /** Gives the port of the API. */
  async listen(): Promise<number> {
    const port = await this.#api.listen();
    await this.#public?.listen();
    const internal = await this.#internal?.listen();
    if (internal !== undefined) this.#neighbourhood?.enter(internal);
    return port;
  }

  async close(graceMs: number): Promise<void> {
    this.#neighbourhood?.leave();
    await Promise.all([
      this.#api.close(graceMs),
      this.#public?.close(graceMs),
      this.#internal?.close(graceMs),
    ]);
  }
}
