import { StartError } from "../../process/start-error.ts";

/** Who asks: user and password of a login of the server, or an identity that Azure knows. */
export type Login =
  | { readonly by: "password"; readonly user: string; readonly password: string }
  | { readonly by: "azure" };

/** Where a database is and how it is reached. */
export interface SqlServerSettings {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly login: Login;
  readonly encrypt: boolean | "strict";
  /** Whether the server's certificate is taken as it is. */
  readonly trustServerCertificate: boolean;
}

const FORM = "mssql://user:password@host:1433/database";
const OPTIONS = ["encrypt", "trustServerCertificate"];

/**
 * Reads `mssql://user:password@host:port/database`. A user or password with other characters than letters, digits and
 * `-._~` is percent-encoded. Options: `encrypt=true|false|strict` (true), `trustServerCertificate=true|false` (true on
 * this machine, else false). Without a user, the identity of the process in Azure is used.
 *
 * @throws StartError that says what is wrong and never the password.
 */
export function readSqlServerUrl(agent: string, text: string): SqlServerSettings {
  const wrong = (what: string): StartError =>
    new StartError(`${agent} cannot open its database: ${what}`, `Set the URL to ${FORM}.`);
  if (!URL.canParse(text)) throw wrong("its mssql: URL cannot be read");
  const url = new URL(text);
  const database = decode(url.pathname.slice(1));
  const user = decode(url.username);
  const password = decode(url.password);
  if (database === null || user === null || password === null) {
    throw wrong("its mssql: URL has a % that is not followed by two hexadecimal digits (a % itself is %25)");
  }
  if (url.hostname === "") throw wrong("its mssql: URL names no host");
  if (database === "" || database.includes("/")) throw wrong("its mssql: URL names no database");
  if (user === "" && password !== "") throw wrong("its mssql: URL has a password and no user");
  const unknown = [...url.searchParams.keys()].find((key) => !OPTIONS.includes(key));
  if (unknown !== undefined)
    throw wrong(`its mssql: URL has the option ${unknown}; there are ${OPTIONS.join(", ")}`);
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const option = (name: string, allowed: readonly string[], preset: string): string => {
    const value = url.searchParams.get(name) ?? preset;
    if (!allowed.includes(value))
      throw wrong(`its mssql: URL has ${name}=${value}; there are ${allowed.join(", ")}`);
    return value;
  };
  const encrypt = option("encrypt", ["true", "false", "strict"], "true");
  return {
    host,
    port: url.port === "" ? 1433 : Number(url.port),
    database,
    login: user === "" ? { by: "azure" } : { by: "password", user, password },
    encrypt: encrypt === "strict" ? "strict" : encrypt === "true",
    trustServerCertificate:
      option("trustServerCertificate", ["true", "false"], String(isThisMachine(host))) === "true",
  };
}

/** A database's URL as it may be shown: without the password. */
export function shownUrl(url: string): string {
  if (!/^mssql:/i.test(url) || !URL.canParse(url)) return url;
  const shown = new URL(url);
  if (shown.password !== "") shown.password = "***";
  return shown.href;
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null; // said by the caller, which knows what it is
  }
}

function isThisMachine(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}
