import type { CallOptions } from "../../runtime/sidecar/kit.ts";
import type { Question, Side } from "../check.ts";
import { answerShape } from "../mask.ts";

type Steps = (store: Store) => Promise<unknown>;

/** One state store of a side, with keys of one check. */
class Store {
  readonly #side: Side;
  readonly #name: string;
  readonly #prefix: string;
  readonly answers: unknown[] = [];

  constructor(side: Side, name: string, prefix: string) {
    this.#side = side;
    this.#name = name;
    this.#prefix = prefix;
  }

  key(key: string): string {
    return `${this.#prefix}-${key}`;
  }

  /** Asks, keeps the shape of the answer, and gives its ETag. */
  async ask(path: string, options: CallOptions = {}, ownWords = false): Promise<string> {
    const answer = await this.#side.call(`/v1.0/state/${this.#name}${path}`, options);
    // What follows are the words of the component.
    const own = /(possible etag mismatch\. error from state store|invalid etag value)[^"]*/gu;
    this.answers.push(
      JSON.parse(
        JSON.stringify(answerShape(answer, ownWords))
          .replaceAll(this.#prefix, "<key>")
          .replaceAll(this.#name, "<store>")
          .replaceAll(own, "$1"),
      ) as unknown,
    );
    return answer.headers.etag ?? "";
  }

  get(key: string, query = ""): Promise<string> {
    return this.ask(`/${this.key(key)}${query}`);
  }

  save(items: readonly Record<string, unknown>[], query = ""): Promise<string> {
    return this.post(
      query,
      items.map((item) => ({ ...item, key: this.key(item["key"] as string) })),
    );
  }

  post(path: string, body: unknown, ownWords = false): Promise<string> {
    return this.ask(
      path,
      {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: typeof body === "string" ? body : JSON.stringify(body),
      },
      ownWords,
    );
  }

  remove(key: string, headers: Record<string, string> = {}, query = ""): Promise<string> {
    return this.ask(`/${this.key(key)}${query}`, { method: "DELETE", headers });
  }

  transact(operations: readonly { operation: string; request: Record<string, unknown> }[]): Promise<string> {
    return this.post("/transaction", {
      operations: operations.map(({ operation, request }) => ({
        operation,
        request: {
          ...request,
          ...(request["key"] === undefined ? {} : { key: this.key(request["key"] as string) }),
        },
      })),
    });
  }
}

const VALUES: readonly (readonly [string, string])[] = [
  ["an object", '{"b":1,"a":[true,null]}'],
  ["a text", '"text \\u00e4 <&>"'],
  ["a number", "5"],
  ["a large number", "12345678901234567890"],
  ["a precise number", "0.1234567890123"],
  ["null", "null"],
  ["true", "true"],
  ["a list", "[1, 2]"],
  ["an empty text", '""'],
];

const first = { concurrency: "first-write" };
const last = { concurrency: "last-write" };

const STEPS: Readonly<Record<string, Steps>> = {
  ...Object.fromEntries(
    VALUES.map(([name, value]) => [
      `save and get ${name}`,
      async (store: Store) => {
        await store.post("", `[{"key":"${store.key("k")}","value":${value}}]`);
        await store.get("k");
      },
    ]),
  ),
  "get what is not there": async (store) => await store.get("none"),
  "save nothing": async (store) => await store.save([]),
  "save without a value": async (store) => {
    await store.save([{ key: "k" }]);
    await store.get("k");
  },
  "delete, also what is not there": async (store) => {
    await store.save([{ key: "k", value: 1 }]);
    await store.remove("k");
    await store.get("k");
    await store.remove("k");
  },
  "an ETag that fits, then one that does not": async (store) => {
    await store.save([{ key: "k", value: 1 }]);
    const etag = await store.get("k");
    await store.save([{ key: "k", value: 2, etag, options: first }]);
    await store.save([{ key: "k", value: 3, etag, options: first }]);
    await store.get("k");
  },
  "an ETag where there is nothing": async (store) =>
    await store.save([{ key: "k", value: 1, etag: "1", options: first }]),
  "an ETag that is none": async (store) => {
    await store.save([{ key: "k", value: 1 }]);
    await store.save([{ key: "k", value: 1, etag: "not-one", options: first }]);
  },
  "first-write twice": async (store) => {
    await store.save([{ key: "k", value: 1, options: first }]);
    await store.save([{ key: "k", value: 2, options: first }]);
    await store.get("k");
  },
  "first-write over last-write": async (store) => {
    await store.save([{ key: "k", value: 1, options: last }]);
    await store.save([{ key: "k", value: 2, options: first }]);
    await store.get("k");
  },
  "last-write with an ETag that is old": async (store) => {
    await store.save([{ key: "k", value: 1 }]);
    const etag = await store.get("k");
    await store.save([{ key: "k", value: 2 }]);
    await store.save([{ key: "k", value: 3, etag, options: last }]);
    await store.get("k");
  },
  "delete with an ETag": async (store) => {
    await store.save([{ key: "k", value: 1 }]);
    const etag = await store.get("k");
    await store.save([{ key: "k", value: 2 }]);
    await store.remove("k", { "if-match": etag });
    const now = await store.get("k");
    await store.remove("k", { "if-match": now }, "?concurrency=first-write");
    await store.get("k");
  },
  "bad options": async (store) => {
    await store.save([{ key: "k", value: 1, options: { concurrency: "none" } }]);
    await store.save([{ key: "k", value: 1, options: { consistency: "none" } }]);
    await store.remove("k", {}, "?concurrency=none");
  },
  "time to live": async (store) => {
    await store.save([{ key: "k", value: 1, metadata: { ttlInSeconds: "100" } }]);
    await store.get("k");
    await store.save([{ key: "l", value: 1, metadata: { ttlInSeconds: "-1" } }]);
    await store.get("l");
    await store.save([{ key: "m", value: 1 }], "?metadata.ttlInSeconds=100");
    await store.get("m");
  },
  "a time to live that is none": async (store) =>
    await store.post("", [{ key: store.key("k"), value: 1, metadata: { ttlInSeconds: "abc" } }], true),
  "what has expired": async (store) => {
    await store.save([{ key: "k", value: 1, metadata: { ttlInSeconds: "1" } }]);
    await new Promise((resolve) => setTimeout(resolve, 2100));
    await store.get("k");
  },
  "bulk get": async (store) => {
    await store.save([
      { key: "a", value: 1 },
      { key: "b", value: "x" },
    ]);
    await store.post("/bulk", { keys: [store.key("a"), store.key("none")], parallelism: 1 });
    await store.post("/bulk", { keys: [] });
    await store.post("/bulk", "{", true);
  },
  "a transaction": async (store) => {
    await store.save([{ key: "gone", value: 1 }]);
    await store.transact([
      { operation: "upsert", request: { key: "new", value: { n: 1 } } },
      { operation: "delete", request: { key: "gone" } },
    ]);
    await store.get("new");
    await store.get("gone");
  },
  "a transaction of nothing": async (store) => await store.transact([]),
  "a transaction with an unknown operation": async (store) =>
    await store.transact([{ operation: "other", request: { key: "k" } }]),
  "a transaction without a key": async (store) =>
    await store.transact([{ operation: "upsert", request: { value: 1 } }]),
  "a transaction that is no JSON": async (store) => await store.post("/transaction", "{", true),
  "a key that is not allowed": async (store) => {
    await store.get("a||b");
    await store.save([{ key: "a||b", value: 1 }]);
  },
  "a key with escapes": async (store) => {
    await store.save([{ key: "ä b/c", value: 1 }]);
    await store.ask(`/${encodeURIComponent(store.key("ä b/c"))}`);
  },
  "no JSON": async (store) => await store.post("", "{", true),
  "an object instead of a list": async (store) => await store.post("", "{}", true),
  "no key": async (store) => await store.post("", [{ value: 1 }]),
  "saving by PUT": async (store) =>
    await store.ask("", { method: "PUT", body: JSON.stringify([{ key: store.key("k"), value: 1 }]) }),
  "another verb": async (store) => await store.ask("/k", { method: "PATCH" }, true),
};

/** What only stores that undo a failed transaction do alike. */
const ATOMIC: Readonly<Record<string, Steps>> = {
  "a transaction that fails on an ETag": async (store) => {
    await store.save([{ key: "b", value: 1 }]);
    await store.transact([
      { operation: "upsert", request: { key: "a", value: 1 } },
      { operation: "upsert", request: { key: "b", value: 2, etag: "999", options: first } },
    ]);
    await store.get("a");
    await store.get("b");
  },
};

const NUMBERS = "numbers keep the digits that came; daprd rounds those beyond 2^53";

const DIFFERS: StateDifferences = { "save and get a large number": NUMBERS };

export interface StateDifferences {
  readonly [name: string]: string;
}

export function stateChecks(
  world: string,
  store: string,
  differs: StateDifferences = {},
): readonly Question[] {
  return Object.entries({ ...STEPS, ...ATOMIC }).map(([name, steps], index): Question => {
    const why = differs[name] ?? DIFFERS[name];
    return {
      at: "question",
      name: `${store}: ${name}`,
      world,
      ...(why === undefined ? {} : { differs: why }),
      ask: async (side) => {
        const one = new Store(side, store, `key${index}`);
        await steps(one);
        return one.answers;
      },
    };
  });
}
