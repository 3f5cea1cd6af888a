import type { Context } from "../context.ts";
import { openCatalog, schemaOf } from "../events/catalog.ts";
import { projectOf } from "./run-client.ts";

/** `agents events catalog`: the event types there are; of one, its payload schema. */
export async function showCatalog(context: Context, event: string | undefined): Promise<void> {
  const { out } = context;
  const catalog = openCatalog(projectOf(context).root);
  if (event !== undefined) {
    process.stdout.write(`${JSON.stringify(schemaOf(catalog, event), null, 2)}\n`);
    return;
  }
  const entries = catalog.types.map((eventType) => {
    const schema = schemaOf(catalog, eventType);
    return {
      eventType,
      description: typeof schema["description"] === "string" ? schema["description"] : "",
      schema,
    };
  });
  if (out.json) return out.document(entries);
  if (entries.length === 0) return out.note(`no event types: ${catalog.dir} holds no *.schema.json`);
  const width = Math.max(...entries.map(({ eventType }) => eventType.length));
  for (const { eventType, description } of entries)
    out.line(`${eventType.padEnd(width)}  ${out.style.dim(description)}`.trimEnd());
}
