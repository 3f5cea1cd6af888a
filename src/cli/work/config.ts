import type { Context } from "../context.ts";

/** `agents config`: the config as it is understood, its secrets masked; with `--schema`, what a config may hold. */
export async function showConfig({ out, place }: Context, schema: boolean): Promise<void> {
  if (schema) {
    const { configJsonSchema } = await import("../../runtime/model/config/config-shape.ts");
    return out.document(configJsonSchema());
  }
  const { loadConfig } = await import("../../runtime/config/load.ts");
  const { maskConfig } = await import("../../runtime/config/mask.ts");
  const config = maskConfig((await loadConfig(place)).config, process.env);
  if (out.json) return out.document(config);
  const { stringify } = await import("yaml");
  out.line(stringify(config).trimEnd());
}
