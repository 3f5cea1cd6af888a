import type { Command } from "commander";
import { ownVersion } from "../own-version.ts";

/**
 * Here it is for the help alone: all arguments are daprd's, so that `main.ts` hands them on before any of ours is read.
 * With an option of ours before its name it comes to this.
 */
export function addSidecar(program: Command): void {
  program
    .command("sidecar [flags...]")
    .description("one embedded sidecar in the foreground, with the flags of daprd")
    .allowUnknownOption()
    .passThroughOptions()
    .helpOption(false)
    .action(async (flags: readonly string[]) => {
      const { runStandalone } = await import("../../runtime/standalone/main.ts");
      process.exit(await runStandalone(flags, ownVersion()));
    });
}
