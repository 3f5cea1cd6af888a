/** Everything that may be chosen beside the embedded parts. */
export type Part =
  | "redis-container"
  | "redis-local"
  | "redis-external"
  | "sqlserver-container"
  | "sqlserver-external"
  | "ollama-container"
  /** An `ollama` of the PATH that agents starts itself. */
  | "ollama-program"
  /** `container()` and `agent({ image })`. */
  | "container"
  | "daprd"
  | "daprd-container";

/**
 * `auto`: complete, chosen wherever it can run. `asked`: runs where somebody asks for it (`--mode containers`, a given
 * server), while something that belongs to it is still missing. `no`: not in this version.
 */
export type Support = "auto" | "asked" | "no";

export type Build = Readonly<Record<Part, Support>>;

/** What this version can run. The one switch: whoever wires a part turns it here, and the plan chooses it. */
export const BUILD: Build = {
  "redis-container": "auto",
  "redis-local": "auto",
  "redis-external": "auto",
  "sqlserver-container": "auto",
  "sqlserver-external": "auto",
  "ollama-container": "auto",
  "ollama-program": "auto",
  container: "auto",
  daprd: "auto",
  "daprd-container": "auto",
};
