import type { ResolvedConfig } from "../model/resolved.ts";
import type { Choice } from "../plan/choices.ts";
import type { Given } from "../plan/machine.ts";
import { SQL_SERVER_LOGIN } from "../resources/container/sql-server-setup.ts";
import type { ServerPorts } from "./server-ports.ts";
import { OWN_PORT } from "./server-ports.ts";

export interface ServerUrlsInput {
  readonly config: ResolvedConfig;
  readonly choices: ReadonlyMap<string, Choice>;
  readonly ports: ServerPorts;
  readonly given: Given;
  /** The generated password of a resource, or of one of its logins. */
  readonly password: (resource: string, login?: string) => string;
}

/** Where the real servers of this run are (`<NAME>_URL`), by name; what is embedded is not among them. */
export function serverUrls({
  config,
  choices,
  ports,
  given,
  password,
}: ServerUrlsInput): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.values(config.resources).flatMap((resource): readonly (readonly [string, string])[] => {
      const { name } = resource;
      switch (resource.kind) {
        case "redis":
        case "sqlserver":
        case "ollama": {
          const as = choices.get(name)?.as;
          if (as === "external")
            return given[resource.kind] === null ? [] : [[name, given[resource.kind] ?? ""]];
          const port = ports.get(name)?.get(OWN_PORT[resource.kind]);
          if (port === undefined) return [];
          if (resource.kind === "redis")
            return [[name, `redis://:${encodeURIComponent(password(name))}@127.0.0.1:${port}`]];
          if (resource.kind === "ollama") return [[name, `http://127.0.0.1:${port}`]];
          const [database = "master"] = resource.databases;
          const secret = encodeURIComponent(password(name, SQL_SERVER_LOGIN));
          return [
            [name, `mssql://${SQL_SERVER_LOGIN}:${secret}@127.0.0.1:${port}/${encodeURIComponent(database)}`],
          ];
        }
        case "container": {
          const [first] = Object.values(resource.ports);
          const port = first === undefined ? undefined : ports.get(name)?.get(first);
          return port === undefined ? [] : [[name, `http://127.0.0.1:${port}`]];
        }
        case "task":
        case "azureopenai":
        case "external":
          return [];
        default:
          return resource satisfies never;
      }
    }),
  );
}
