/** One thing that was looked at. `action` is what to do about it; null where there is nothing to do. */
export interface Check {
  readonly name: string;
  readonly status: "ok" | "warn" | "fail";
  readonly found: string;
  readonly action: string | null;
}

/** What serves a resource here, and why. */
export interface RunsAs {
  readonly as: "container" | "local" | "embedded" | "external" | "daprd";
  readonly why: string;
}

/** Keyed by what a script asks for. */
export type Runs = Readonly<Record<"redis" | "sqlserver" | "ollama" | "sidecar", RunsAs>>;

export const ok = (name: string, found: string): Check => ({ name, status: "ok", found, action: null });
export const warn = (name: string, found: string, action: string): Check => ({
  name,
  status: "warn",
  found,
  action,
});
export const fail = (name: string, found: string, action: string): Check => ({
  name,
  status: "fail",
  found,
  action,
});
