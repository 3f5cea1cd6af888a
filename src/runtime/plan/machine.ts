import type { AgentsError } from "../model/errors.ts";

/** Whether an image can be had: it is here, its registry has it, or why neither. */
export type ImageFact =
  | { readonly at: "here" }
  | { readonly at: "pullable" }
  | { readonly at: "unavailable"; readonly error: AgentsError };

/** What is known of Docker. */
export type DockerFact =
  /** Nothing that is to run could use it. */
  | { readonly at: "not-asked" }
  | {
      readonly at: "answers";
      readonly version: string;
      /** `amd64`, `arm64` … of the engine. */
      readonly architecture: string;
      /** By their names in the config; of one that is absent nothing is known. */
      readonly images: Readonly<Record<string, ImageFact>>;
    }
  | { readonly at: "closed"; readonly error: AgentsError };

/** What is known of daprd. */
export type DaprdFact =
  | { readonly at: "not-asked" }
  | { readonly at: "found"; readonly path: string; readonly version: string }
  /** No binary that can be started. */
  | {
      readonly at: "missing";
      readonly why: string;
      /** Its container can be had instead. */
      readonly image: string | null;
      /** Why its container cannot be had, where there is a Docker that answers; null where there is nothing to say. */
      readonly obstacle: string | null;
      /** AGENTS_DAPRD names one that does not do. */
      readonly named: boolean;
    };

/** Servers that the environment of `agents up` names; each is used as it is. */
export interface Given {
  /** AGENTS_REDIS_URL */
  readonly redis: string | null;
  /** AGENTS_SQLSERVER_URL */
  readonly sqlserver: string | null;
  /** AGENTS_OLLAMA_URL */
  readonly ollama: string | null;
}

/** What was found on this machine before anything was started. */
export interface Machine {
  readonly docker: DockerFact;
  readonly given: Given;
  /** Path of the `redis-server` on the PATH. */
  readonly redisServer: string | null;
  /** Path of the `ollama` on the PATH. */
  readonly ollamaProgram: string | null;
  /** Names of the `ollama` resources of the config for which one answers already. */
  readonly ollamaAnswers: ReadonlySet<string>;
}
