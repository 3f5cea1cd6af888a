import type { WatchNotice } from "./watched-agent.ts";

/** What to tell about an error of the file watcher. `key` is the same for the same kind. */
export function watchNotice(error: unknown): WatchNotice & { readonly key: string } {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const message = error instanceof Error ? error.message : String(error);
  switch (code) {
    case "ENOSPC":
      return {
        key: code,
        message: "some saves will not be noticed: this system watches no more files for this user (ENOSPC)",
        hint: "Raise the limit: sudo sysctl fs.inotify.max_user_watches=524288 (and put it into /etc/sysctl.d/), then start again.",
      };
    case "EMFILE":
    case "ENFILE":
      return {
        key: code,
        message: `some saves will not be noticed: too many open files or watchers (${code})`,
        hint: "Raise the limits: ulimit -n 65536, and sudo sysctl fs.inotify.max_user_instances=512, then start again.",
      };
    default:
      return {
        key: code || message,
        message: `some saves may not be noticed: ${message}`,
        hint: "Restart the agent by hand after a save that was missed: agents restart <name>.",
      };
  }
}
