import { inspect } from "node:util";
import { Hono } from "hono";
import { Stopping } from "../handling/work-in-flight.ts";
import type { AppParts } from "./app-parts.ts";
import { mountApi, routerPath } from "./api-routes.ts";
import { caseInsensitive } from "./case-insensitive.ts";
import { mountEvents } from "./event-routes.ts";
import { localGuard } from "./guard.ts";
import { mountHealth } from "./health-routes.ts";
import { Problem } from "./problem.ts";
import { observeRequests } from "../telemetry/observe-requests.ts";
import { mountMetrics } from "./metrics-route.ts";
import { problemResponse, toProblem } from "./problem-document.ts";

/** The HTTP side of an agent. */
export function createApp(parts: AppParts): Hono {
  const paths = templates(parts);
  const toRoute = caseInsensitive([...paths.keys()]);
  const app = new Hono({ getPath: (request) => toRoute(pathOf(request.url)) });

  app.use(observeRequests(parts.observing));
  if (parts.guarded) app.use(localGuard(parts.appToken));
  app.use(async (c, next) => {
    if (!parts.inFlight.stopping) return await next();
    return problemResponse(toProblem(new Stopping()), c.req.path);
  });
  app.use(async (_c, next) => {
    try {
      await next();
    } catch (thrown) {
      if (thrown instanceof Error) throw thrown;
      // Hono hands nothing but errors to onError: anything else would leave as an empty answer.
      throw new Error(`The thrown value is not an Error: ${inspect(thrown)}`, { cause: thrown });
    }
  });
  mountHealth(app, parts);
  mountMetrics(app, parts);
  mountApi(app, parts);
  mountEvents(app, parts);
  mountDocs(app, parts);

  app.notFound((c) => {
    const path = toRoute(c.req.path);
    const route = [...paths].find(([template]) => sameRoute(template, path));
    if (route !== undefined && !route[1].includes(c.req.method)) {
      return problemResponse(methodNotAllowed(c.req.method, route[1]), c.req.path);
    }
    const problem = new Problem(404, `There is nothing at ${c.req.path}.`, {
      kind: "not-found",
      title: "Not found",
      hint: "GET /openapi.json lists what there is.",
    });
    return problemResponse(problem, c.req.path);
  });
  app.onError((error, c) => {
    const problem = toProblem(error);
    if (problem.options.kind === "internal") {
      parts.log.error("failed to handle a request", {
        method: c.req.method,
        path: c.req.path,
        reason: error.stack ?? error.message,
      });
    } else if (problem.status >= 500) {
      parts.log.warn(problem.message, { path: c.req.path });
    }
    return problemResponse(problem, c.req.path);
  });
  return app;
}

/** The description of the API is made on the first request for it: most processes are never asked. */
function mountDocs(app: Hono, parts: AppParts): void {
  app.get("/openapi.json", async (c) => {
    const { openApiDocument } = await import("./openapi.ts");
    return c.json(openApiDocument(parts));
  });
  app.get("/swagger", async (c) => {
    const { swaggerPage } = await import("./swagger.ts");
    return c.html(swaggerPage(parts.name));
  });
  app.get("/swagger/:asset", async (c) => {
    const { swaggerAsset } = await import("./swagger.ts");
    return await swaggerAsset(c.req.param("asset"), c.req.path);
  });
}

/** Every path with the methods that it answers to. */
function templates(parts: AppParts): ReadonlyMap<string, readonly string[]> {
  const paths = new Map<string, string[]>();
  const add = (path: string, method: string): void => {
    paths.set(path, [...(paths.get(path) ?? []), method.toUpperCase()]);
  };
  const fixed = [
    "/healthz/live",
    "/healthz/ready",
    "/healthz",
    `/api/${parts.name}/health`,
    "/metrics",
    "/openapi.json",
    "/swagger",
  ];
  for (const path of [...fixed, "/dapr/subscribe"]) add(path, "GET");
  for (const route of [...parts.queries, ...parts.commands])
    add(routerPath(parts.name, route.path), route.method);
  for (const { route } of parts.subscriptions) add(route, "POST");
  return paths;
}

function sameRoute(template: string, path: string): boolean {
  const parts = template.split("/");
  const sent = path.split("/");
  return (
    parts.length === sent.length && parts.every((part, index) => part.startsWith(":") || part === sent[index])
  );
}

function methodNotAllowed(method: string, allowed: readonly string[]): Problem {
  return new Problem(405, `${method} is not possible here, expected ${allowed.join(" or ")}.`, {
    kind: "method-not-allowed",
    title: "Method not allowed",
    headers: { allow: allowed.join(", ") },
  });
}

function pathOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  const end = url.slice(start).search(/[?#]/);
  return end === -1 ? url.slice(start) : url.slice(start, start + end);
}
