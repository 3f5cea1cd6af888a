import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from "kysely";

/** Takes every statement and answers as told: with no rows, unless `answer` says otherwise. */
export class RecordingDriver implements Driver {
  readonly statements: CompiledQuery[] = [];
  /** Statements and what is no statement, in order. */
  readonly happened: string[] = [];
  readonly #answer: (sql: string) => readonly unknown[];

  constructor(answer: (sql: string) => readonly unknown[] = () => []) {
    this.#answer = answer;
  }

  async init(): Promise<void> {}

  acquireConnection(): Promise<DatabaseConnection> {
    this.happened.push("acquire");
    const executeQuery = <Row>(query: CompiledQuery): Promise<QueryResult<Row>> => {
      this.statements.push(query);
      this.happened.push(query.sql);
      return Promise.try(() => ({ rows: this.#answer(query.sql) as Row[], numAffectedRows: 1n }));
    };
    return Promise.resolve({
      executeQuery,
      streamQuery: () => Promise.reject(new Error("no stream")) as never,
    });
  }

  beginTransaction(): Promise<void> {
    return this.#note("begin");
  }

  commitTransaction(): Promise<void> {
    return this.#note("commit");
  }

  rollbackTransaction(): Promise<void> {
    return this.#note("rollback");
  }

  releaseConnection(): Promise<void> {
    return this.#note("release");
  }

  async destroy(): Promise<void> {}

  #note(what: string): Promise<void> {
    this.happened.push(what);
    return Promise.resolve();
  }
}
