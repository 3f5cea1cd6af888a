/** A Component, as a person would write it. */
export function component(
  name: string,
  type: string,
  metadata: Readonly<Record<string, string>> = {},
  scopes: readonly string[] = [],
): string {
  const entries = Object.entries(metadata).map(
    ([key, value]) => `  - name: ${key}\n    value: ${JSON.stringify(value)}\n`,
  );
  return `apiVersion: dapr.io/v1alpha1
kind: Component
metadata:
  name: ${name}
spec:
  type: ${type}
  version: v1
  metadata:${entries.length === 0 ? " []" : ""}
${entries.join("")}${scopes.length === 0 ? "" : `scopes: [${scopes.join(", ")}]\n`}`;
}

/** A resource of any kind; JSON is YAML. */
export function resource(
  kind: string,
  name: string,
  spec: unknown,
  {
    version = "v1alpha1",
    scopes = [],
  }: { readonly version?: string; readonly scopes?: readonly string[] } = {},
): string {
  return JSON.stringify({
    apiVersion: `dapr.io/${version}`,
    kind,
    metadata: { name },
    spec,
    ...(scopes.length === 0 ? {} : { scopes }),
  });
}
