import { randomUUID } from "node:crypto";
import { chmodSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Neighbour, Neighbourhood } from "../resources/sidecar/embedded/neighbourhood.ts";

export interface NameRegistryOptions {
  readonly appId: string;
  readonly namespace: string;
  /** The SQLite file that the sidecars find each other in. */
  readonly file: string;
  /** daprd's table in that file, where it may have one. */
  readonly table: string;
  readonly updateMs: number;
  readonly listenOn: Neighbourhood["listenOn"];
  /** As others reach it. */
  readonly address: string;
  /** How daprd says that there is no such app. */
  readonly nobody: (appId: string) => string;
  /** What goes wrong later: others do not find it any more. */
  readonly onProblem: (text: string) => void;
}

/** Beyond its interval, a sidecar that says nothing is taken for gone; daprd's own margin. */
const MARGIN_MS = 1000;
const BUSY_MS = 800;

/**
 * Where the sidecars of other processes are, in a SQLite file: the table of embedded ones beside the one that daprd's own
 * `nameResolution.sqlite` keeps there, so that neither takes the other for one of its kind.
 */
export class NameRegistry implements Neighbourhood, Disposable {
  readonly listenOn: Neighbourhood["listenOn"];
  readonly token = randomUUID();
  readonly #options: NameRegistryOptions;
  readonly #id = randomUUID();
  readonly #db: DatabaseSync;
  readonly #own: string;
  readonly #find: StatementSync;
  readonly #put: StatementSync;
  #timer: NodeJS.Timeout | null = null;
  #port = 0;

  /** @throws Error where the file cannot be used */
  constructor(options: NameRegistryOptions) {
    this.#options = options;
    this.listenOn = options.listenOn;
    const { file, table } = options;
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    this.#db = new DatabaseSync(file);
    try {
      // It holds what lets others call.
      chmodSync(file, 0o600);
      this.#own = quoted(`${table}_embedded`);
      this.#db.exec(`PRAGMA busy_timeout = ${BUSY_MS}; PRAGMA journal_mode = WAL;
        CREATE TABLE IF NOT EXISTS ${this.#own} (
          id TEXT NOT NULL PRIMARY KEY,
          app_id TEXT NOT NULL,
          namespace TEXT NOT NULL,
          host TEXT NOT NULL,
          port INTEGER NOT NULL,
          token TEXT NOT NULL,
          until INTEGER NOT NULL
        )`);
      this.#find = this.#db.prepare(
        `SELECT host, port, token FROM ${this.#own} WHERE app_id = ? AND namespace = ? AND until > ?
          ORDER BY random() LIMIT 1`,
      );
      this.#put = this.#db.prepare(`INSERT OR REPLACE INTO ${this.#own} VALUES (?, ?, ?, ?, ?, ?, ?)`);
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  find(appId: string): Neighbour | string {
    const { namespace, nobody } = this.#options;
    const row = this.#find.get(appId, namespace, Date.now());
    if (row !== undefined)
      return {
        at: "embedded",
        host: String(row["host"]),
        port: Number(row["port"]),
        token: String(row["token"]),
      };
    const address = this.#daprd(appId, namespace);
    return address === null ? nobody(appId) : { at: "daprd", address };
  }

  lose(token: string): void {
    this.#bestEffort(() => this.#db.prepare(`DELETE FROM ${this.#own} WHERE token = ?`).run(token));
  }

  enter(port: number): void {
    this.#port = port;
    this.#renew();
    this.#db.prepare(`DELETE FROM ${this.#own} WHERE until < ?`).run(Date.now() - 60_000);
    this.#timer = setInterval(() => {
      try {
        this.#renew();
      } catch (error) {
        this.#options.onProblem(`others may not find this app: ${String(error)}`);
      }
    }, this.#options.updateMs).unref();
  }

  leave(): void {
    if (this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
    this.lose(this.token);
  }

  [Symbol.dispose](): void {
    this.leave();
    this.#db.close();
  }

  /** What is not removed is forgotten in a few seconds all the same. */
  #bestEffort(work: () => unknown): void {
    try {
      work();
    } catch {
      // Another one holds the file.
    }
  }

  #renew(): void {
    const { appId, namespace, address, updateMs } = this.#options;
    const until = Date.now() + updateMs + MARGIN_MS;
    this.#put.run(this.#id, appId, namespace, address, this.#port, this.token, until);
  }

  /** The table is daprd's: it may not be there. */
  #daprd(appId: string, namespace: string): string | null {
    const { table, updateMs } = this.#options;
    try {
      const row = this.#db
        .prepare(
          `SELECT address FROM ${quoted(table)} WHERE app_id = ? AND namespace = ? AND last_update > ?`,
        )
        .get(appId, namespace, Math.floor((Date.now() - updateMs - MARGIN_MS) / 1000));
      return row === undefined ? null : String(row["address"]);
    } catch {
      return null;
    }
  }
}

/** @throws Error where it is no name of a table */
function quoted(table: string): string {
  if (!/^[A-Za-z_]\w*$/u.test(table)) throw new Error(`invalid table name: ${table}`);
  return `"${table}"`;
}
