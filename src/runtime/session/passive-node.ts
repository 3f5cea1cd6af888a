import { ALWAYS_READY } from "../resources/readiness/readiness.ts";
import type { Exit, Resource } from "../resources/resource.ts";
import type { NodeFacts, SupervisedNode } from "../supervisor/node.ts";

/** What is to be shown of most resources. */
export const NO_FACTS: Omit<NodeFacts, "kind" | "implementation"> = {
  version: null,
  image: null,
  port: null,
  url: null,
  agent: null,
  replica: null,
  llm: null,
  progress: null,
  note: null,
};

/** Something of which there is nothing to start; what starts something replaces a part of it. */
export function passive(name: string): Omit<SupervisedNode, "facts"> {
  return {
    name,
    resource: nothing(name),
    dependsOn: {},
    readiness: ALWAYS_READY,
    restart: "never",
    oneShot: false,
    stopTimeoutMs: 0,
    optional: false,
    pairedWith: null,
  };
}

function nothing(name: string): Resource {
  return {
    name,
    start() {
      const { promise: exited, resolve } = Promise.withResolvers<Exit>();
      const stop = (): Promise<Exit> => {
        resolve({ by: "code", code: 0 });
        return exited;
      };
      return Promise.resolve({
        pid: null,
        exited,
        stop,
        async [Symbol.asyncDispose]() {
          await stop();
        },
      });
    },
  };
}
