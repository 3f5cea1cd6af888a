type Sdk = typeof import("./dapr-sdk.ts");

let loading: Promise<Sdk> | null = null;

/** Dapr's SDK, loaded once. */
export function loadSdk(): Promise<Sdk> {
  loading ??= load();
  return loading;
}

/**
 * The SDK's HTTP stack still requires Node's `punycode`, about which Node warns once a process when the code was bundled.
 * The user can do nothing about it: this one warning is left out while the SDK loads.
 */
async function load(): Promise<Sdk> {
  const emitWarning = process.emitWarning;
  process.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
    if (rest.includes("DEP0040")) return;
    Reflect.apply(emitWarning, process, [warning, ...rest]);
  };
  try {
    return await import("./dapr-sdk.ts");
  } finally {
    process.emitWarning = emitWarning;
  }
}
