import { AgentsError } from "../../runtime/model/errors.ts";

/** @throws AgentsError AGENTS_NOT_SUPPORTED on native Windows: process groups, on which stopping everything rests, do not exist there. */
export function assertSupportedHere(platform: NodeJS.Platform = process.platform): void {
  if (platform !== "win32") return;
  throw new AgentsError("AGENTS_NOT_SUPPORTED", "agents up does not run on Windows itself.", {
    found: platform,
    expected: "Linux, macOS, or Windows with WSL 2",
    hint: "Install WSL 2 (wsl --install) and run it in there.",
  });
}
