import type * as DaprSdk from "./dapr-sdk.ts";

type Sdk = typeof DaprSdk;

/** Node's old `punycode` and `url.parse()`, which the SDK's HTTP stack uses. */
const OF_THE_SDK = new Set<unknown>(["DEP0040", "DEP0169"]);

let loading: Promise<Sdk> | null = null;

/** Dapr's SDK, loaded once. */
export function loadSdk(): Promise<Sdk> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Sdk> {
  keepQuietAboutSdk();
  return await import("./dapr-sdk.ts");
}

/**
 * Node says nothing about deprecated parts that a package under node_modules uses. In a bundle it cannot see that the code
 * is from there, and warns about what the user can do nothing about: these two warnings are left out.
 */
function keepQuietAboutSdk(): void {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
    if (rest.some((argument) => OF_THE_SDK.has(argument))) return;
    Reflect.apply(emitWarning, undefined, [warning, ...rest]);
  };
}
