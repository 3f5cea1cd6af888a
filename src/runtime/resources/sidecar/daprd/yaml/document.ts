/** A Dapr resource as plain data, ready to be written as YAML. */
export interface ResourceDocument {
  readonly apiVersion: string;
  readonly kind: "Component" | "Configuration" | "Resiliency" | "Subscription";
  readonly metadata: { readonly name: string };
  readonly spec: Readonly<Record<string, unknown>>;
  readonly auth?: { readonly secretStore: string };
  readonly scopes?: readonly string[];
}

/** A file to be written: its name, what a reader should know first, and the document. */
export interface ResourceFile {
  readonly file: string;
  readonly comment: string;
  readonly document: ResourceDocument;
}
