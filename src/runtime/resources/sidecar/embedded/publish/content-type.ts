/** What a content type means for an event's data. */
export type DataKind = "cloudevent" | "json" | "binary" | "text";

/** Dapr's reading of content types: by the media type alone, parameters are ignored. */
export function dataKind(contentType: string | null): DataKind {
  if (contentType === "application/json") return "json";
  const media = (contentType ?? "text/plain").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  switch (media) {
    case "application/cloudevents+json":
      return "cloudevent";
    case "application/json":
      return "json";
    case "application/octet-stream":
    case "application/cloudevents+protobuf":
      return "binary";
    default:
      return "text";
  }
}
