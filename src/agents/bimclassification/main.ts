import { createHash } from "node:crypto";
import { runAgent } from "agents-apphost/kit";
import type { AgentKit, AgentParts } from "agents-apphost/kit";
import { DecideClassification } from "./application/decide-classification.ts";
import { DecideMany } from "./application/decide-many.ts";
import { ImportElements } from "./application/import-elements.ts";
import { SuggestClassification } from "./application/suggest-classification.ts";
import { WriteReferencesHandler } from "./application/write-references.ts";
import { toGlobalId } from "./domain/ifc/global-id.ts";
import { events } from "./events.ts";
import { elementList } from "./infrastructure/element-list.ts";
import { FilesFolder } from "./infrastructure/files-folder.ts";
import { loadCodes } from "./infrastructure/load-codes.ts";
import { PromptClassifier } from "./infrastructure/prompt-classifier.ts";
import { readCsv } from "./infrastructure/read-csv.ts";
import { readSettings } from "./infrastructure/settings.ts";
import { SqlClassifications } from "./infrastructure/sql-classifications.ts";
import { SqlElementList } from "./infrastructure/sql-element-list.ts";
import { migrations } from "./infrastructure/tables.ts";
import type { BimTables } from "./infrastructure/tables.ts";
import { queryRoutes } from "./presentation/query-routes.ts";
import { commandRoutes } from "./presentation/routes.ts";

await runAgent<BimTables>({
  name: "bimclassification",
  description: "Classifies the elements of building models; people approve, and IFC files carry the result.",
  publishes: events,
  migrations,
  projections: [elementList],
  compose,
});

async function compose(kit: AgentKit<BimTables>): Promise<AgentParts> {
  const settings = readSettings(kit.env, process.cwd());
  // Read here although it is a file: a broken table is to keep the agent from starting, not from working rightly.
  const codes = await loadCodes(settings.omniClass);
  const classifications = new SqlClassifications(kit);
  const elements = new SqlElementList(kit.db);
  const files = new FilesFolder(settings.filesDir);
  const handlers = {
    importing: new ImportElements(classifications, readCsv, files),
    suggesting: new SuggestClassification({
      classifications,
      elements,
      codes,
      classifier: new PromptClassifier(kit),
      autoApproveAbove: settings.autoApproveAbove,
    }),
    deciding: new DecideClassification(classifications, codes),
    decidingMany: new DecideMany(classifications, elements, codes),
    writing: new WriteReferencesHandler(elements, files, (name) =>
      toGlobalId(createHash("sha256").update(name).digest().subarray(0, 16)),
    ),
  };
  return {
    commands: commandRoutes(handlers),
    queries: queryRoutes(classifications, elements, codes),
    health: () => ({
      codeTables: codes.tables.map(({ system, edition, entries }) => ({
        system,
        edition,
        codes: entries.size,
      })),
      autoApproveAbove: settings.autoApproveAbove,
      files: settings.filesDir,
    }),
  };
}
