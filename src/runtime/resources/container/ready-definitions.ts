import type { ContainerDefinition } from "./definition.ts";
import { container } from "./definition.ts";
import { checkScript, setupScript, SQL_SERVER_LOGIN } from "./sql-server-setup.ts";

export const REDIS_PORT = 6379;
export const SQL_SERVER_PORT = 1433;
export const OLLAMA_PORT = 11434;

const REDIS_IMAGE = "redis:7.4-alpine";
export const SQL_SERVER_IMAGE = "mcr.microsoft.com/mssql/server:2025-latest";
export const OLLAMA_IMAGE = "ollama/ollama";

const SETUP_FILE = "/etc/agents/databases.sql";
const CHECK_FILE = "/etc/agents/check.sql";

const MIB = 1024 * 1024;
/** SQL Server refuses to start with less than 2000 MB; the rest is for what it keeps outside its own limit. */
const SQL_SERVER_MEMORY_MIB = 3072;
/** The share of a container's memory that SQL Server itself would take. */
const SQL_SERVER_OWN_SHARE = 0.8;

interface Common {
  readonly image?: string;
  readonly port: number | "any";
}

/**
 * Redis with an append-only file on a volume, synced at every write by default (`always`): what was accepted survives a
 * kill of the container and a power cut. With `everysec` a write waits while the last one is being synced, so that up to
 * two seconds may be lost in both.
 */
export function redis({
  image = REDIS_IMAGE,
  port,
  password = null,
  sync = "always",
}: Common & {
  /** Null: none is asked for; it listens on loopback and on the project's own network. */
  readonly password?: string | null;
  readonly sync?: "everysec" | "always";
}): ContainerDefinition {
  const settings = ["dir /data", "appendonly yes", `appendfsync ${sync}`];
  const secret = password === null ? [] : [`requirepass ${redisQuoted(password)}`];
  const file = "/etc/agents/redis.conf";
  return container({
    image,
    // The settings come in a file, so that the password stands in no command line.
    command: ["redis-server", file],
    // For who looks into it by hand: `docker exec … redis-cli` asks for no password then.
    ...(password === null ? {} : { secretsEnv: { REDISCLI_AUTH: password } }),
    files: [
      { path: file, content: `${["bind * -::*", "protected-mode no", ...settings, ...secret].join("\n")}\n` },
    ],
    ports: [{ container: REDIS_PORT, host: port }],
    volumes: [{ name: "data", path: "/data" }],
    health: { by: "redis", port: REDIS_PORT, password },
  });
}

/** A value of redis.conf in quotes, where it may hold anything. */
export function redisQuoted(value: string): string {
  const bytes = [...Buffer.from(value, "utf8")];
  return `"${bytes.map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("")}"`;
}

/**
 * SQL Server, developer edition. The caller has accepted its licence (`ACCEPT_EULA`, https://go.microsoft.com/fwlink/?LinkId=746388).
 * The image takes the password of `sa` in the environment and in no other way; it is used at the first start on an empty
 * volume only. It is ready when the agents' own login gets into its databases; both are made where they are missing.
 */
export function sqlServer({
  image = SQL_SERVER_IMAGE,
  port,
  password,
  login,
  databases,
  memoryMib = SQL_SERVER_MEMORY_MIB,
}: Common & {
  /** Of `sa`, which nobody uses but the set-up. */
  readonly password: string;
  /** The password of the login that owns the databases. */
  readonly login: string;
  readonly databases: readonly string[];
  readonly memoryMib?: number;
}): ContainerDefinition {
  return container({
    image,
    env: {
      ACCEPT_EULA: "Y",
      MSSQL_PID: "Developer",
      MSSQL_MEMORY_LIMIT_MB: String(Math.floor(memoryMib * SQL_SERVER_OWN_SHARE)),
    },
    secretsEnv: { MSSQL_SA_PASSWORD: password, AGENTS_SQL_PASSWORD: login },
    files: [
      { path: SETUP_FILE, content: setupScript(databases, login) },
      { path: CHECK_FILE, content: checkScript(databases) },
    ],
    ports: [{ container: SQL_SERVER_PORT, host: port }],
    volumes: [{ name: "data", path: "/var/opt/mssql" }],
    memoryBytes: memoryMib * MIB,
    health: {
      by: "exec",
      // sqlcmd reads the password from its environment: it stands in no command line, and not in the exec's own record.
      command: [
        "/bin/sh",
        "-c",
        `sqlcmd="/opt/mssql-tools18/bin/sqlcmd -C -S localhost -l 2 -b -x"
SQLCMDPASSWORD="$AGENTS_SQL_PASSWORD" $sqlcmd -U ${SQL_SERVER_LOGIN} -i ${CHECK_FILE} ||
SQLCMDPASSWORD="$MSSQL_SA_PASSWORD" exec $sqlcmd -U sa -i ${SETUP_FILE}`,
      ],
      what: "a query",
    },
    stopTimeoutMs: 15_000,
  });
}

/** Ollama; the models it has pulled stay on a volume. */
export function ollama({ image = OLLAMA_IMAGE, port }: Common): ContainerDefinition {
  return container({
    image,
    env: { OLLAMA_HOST: `0.0.0.0:${OLLAMA_PORT}` },
    ports: [{ container: OLLAMA_PORT, host: port }],
    volumes: [{ name: "models", path: "/root/.ollama" }],
    health: { by: "http", port: OLLAMA_PORT, path: "/api/version" },
  });
}
