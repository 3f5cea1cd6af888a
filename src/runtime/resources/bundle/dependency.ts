/** One file of a package as own code imports it, built. */
export interface Dependency {
  /** How a bundle imports it, relative to the bundle's folder. */
  readonly specifier: string;
  readonly format: "esm" | "cjs";
  readonly hasDefault: boolean;
}
