import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { plainApiPage } from "./plain-api-page.ts";
import { Problem } from "./problem.ts";
import { problemResponse } from "./problem-document.ts";

const ASSETS: Readonly<Record<string, string>> = {
  "swagger-ui.css": "text/css",
  "swagger-ui-bundle.js": "text/javascript",
};

/**
 * Where Swagger UI is installed, seen from the working directory or from the program; null when it is not. Nothing is
 * loaded from elsewhere: the page works without a network, and no other site learns who looks at it.
 */
function assetsFolder(): string | null {
  for (const from of [join(process.cwd(), "package.json"), process.argv[1]]) {
    if (from === undefined) continue;
    try {
      return join(createRequire(from).resolve("swagger-ui-dist/package.json"), "..");
    } catch {
      // not installed there
    }
  }
  return null;
}

/** Swagger UI on the agent's own OpenAPI document; where it is not installed, a plain page that says so. */
export function swaggerPage(agent: string): string {
  if (assetsFolder() === null) return plainApiPage(agent);
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${agent}</title><link rel="stylesheet" href="/swagger/swagger-ui.css"></head>
<body><div id="ui"></div><script src="/swagger/swagger-ui-bundle.js"></script>
<script>SwaggerUIBundle({ url: "/openapi.json", dom_id: "#ui", deepLinking: true, validatorUrl: null });</script>
</body></html>`;
}

/** A file of Swagger UI. */
export async function swaggerAsset(name: string, path: string): Promise<Response> {
  const type = ASSETS[name];
  const folder = assetsFolder();
  if (type === undefined || folder === null) {
    return problemResponse(
      new Problem(404, `There is nothing at ${path}.`, { kind: "not-found", title: "Not found" }),
      path,
    );
  }
  return new Response(await readFile(join(folder, name)), {
    headers: { "content-type": `${type}; charset=utf-8`, "cache-control": "max-age=3600" },
  });
}
