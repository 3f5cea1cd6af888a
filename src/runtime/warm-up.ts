import { WorkerLink } from "./resources/sidecar/embedded/worker-link.ts";

/**
 * What a run will need whatever its config says, started before that is read: loading the sidecars' thread takes as long
 * as reading the config, on a core of its own. Disposing gives back what no run has taken.
 */
export interface WarmUp extends AsyncDisposable {
  /** Once: whoever takes it owns it. */
  takeSidecars(): WorkerLink;
}

export function warmUp(): WarmUp {
  let link: WorkerLink | null = new WorkerLink();
  return {
    takeSidecars() {
      const taken = link ?? new WorkerLink();
      link = null;
      return taken;
    },
    async [Symbol.asyncDispose]() {
      await link?.close();
      link = null;
    },
  };
}
