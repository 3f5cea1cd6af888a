import type { OutputFile } from "esbuild";

const TAIL_BYTES = 512;
const COMMONJS_ENTRY = /^export default (require_[^\s(]+)\(\);$/m;

/**
 * What is written for an output. When code is split, esbuild gives `await import("commonjs")` nothing but `default`; Node
 * gives its properties as names too. A namespace with a `then` is asked by `await` what it stands for: so the chunk says.
 */
export function finished({ contents, path }: OutputFile): Uint8Array {
  if (!path.endsWith(".mjs")) return contents;
  const from = Math.max(0, contents.length - TAIL_BYTES);
  const tail = Buffer.from(contents.subarray(from)).toString("latin1");
  const found = COMMONJS_ENTRY.exec(tail);
  if (found?.[1] === undefined) return contents;
  const end = Buffer.from(tail.replace(found[0], asNamespace(found[1])), "latin1");
  return Buffer.concat([contents.subarray(0, from), end]);
}

function asNamespace(load: string): string {
  return [
    `var __agents_value = ${load}(), __agents_all = Object.create(null);`,
    `if (Object(__agents_value) === __agents_value) for (const name of Object.getOwnPropertyNames(__agents_value)) if (name !== "default")`,
    `  Object.defineProperty(__agents_all, name, { enumerable: true, get: () => __agents_value[name] });`,
    `Object.defineProperty(__agents_all, "default", { enumerable: true, value: __agents_value });`,
    `export default __agents_value;`,
    `export function then(resolve) { resolve(__agents_all); }`,
  ].join("\n");
}
