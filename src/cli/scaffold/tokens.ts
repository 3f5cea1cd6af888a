/** The agent that the templates are written for; every spelling of it becomes that of the new one. */
const TEMPLATE = "blue-print";

/** `stock-keeper` → `StockKeeper`. */
function pascalCase(name: string): string {
  return name
    .split("-")
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join("");
}

/** `stock-keeper` → `stockKeeper`. */
export function camelCase(name: string): string {
  const pascal = pascalCase(name);
  return pascal.slice(0, 1).toLowerCase() + pascal.slice(1);
}

/** A text or a path of the template, for the agent of this name. */
export function rename(text: string, name: string): string {
  return text
    .replaceAll(TEMPLATE, name)
    .replaceAll(pascalCase(TEMPLATE), pascalCase(name))
    .replaceAll(camelCase(TEMPLATE), camelCase(name));
}
