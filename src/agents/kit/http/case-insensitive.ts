/**
 * Lets a router that tells cases apart match paths that do not: literal parts of a path are brought into the case of the
 * route, parameters stay as they were sent.
 */
export function caseInsensitive(templates: readonly string[]): (path: string) => string {
  const routes = templates.map((template) => template.split("/"));
  return (path) => {
    const parts = path.length > 1 && path.endsWith("/") ? path.slice(0, -1).split("/") : path.split("/");
    const route = routes.find((candidate) => matches(candidate, parts));
    if (route === undefined) return path;
    return route.map((part, index) => (part.startsWith(":") ? parts[index] : part)).join("/");
  };
}

function matches(route: readonly string[], parts: readonly string[]): boolean {
  return (
    route.length === parts.length &&
    route.every((part, index) => {
      const sent = parts[index] ?? "";
      return part.startsWith(":") ? sent !== "" : part.toLowerCase() === sent.toLowerCase();
    })
  );
}
