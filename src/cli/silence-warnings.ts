/**
 * That SQLite is young and that a package.json has no `type` is no news for who runs `agents`, and of a config in the
 * wrong kind of package our own error tells; other warnings stay.
 */
export function silenceNodesOwnWarnings(): void {
  process.removeAllListeners("warning");
  process.on("warning", (warning) => {
    const code = "code" in warning ? warning.code : undefined;
    if (warning.name === "ExperimentalWarning" || code === "MODULE_TYPELESS_PACKAGE_JSON") return;
    if (warning.message.startsWith("Failed to load the ES module:")) return;
    process.stderr.write(`${warning.name}: ${warning.message}\n`);
  });
}
