/** Docker Hub, by the name under which its credentials are kept. */
const HUB = "https://index.docker.io/v1/";

/** The image with a tag or digest. Docker would pull every tag there is where none is given. */
export function fullImageName(image: string): string {
  const { tag, digest } = imageParts(image);
  return tag === null && digest === null ? `${image}:latest` : image;
}

/** The key under which a Docker config file keeps the credentials for the image's registry. */
export function registryOf(image: string): string {
  const first = image.split("/")[0] ?? "";
  const named = image.includes("/") && (/[.:]/.test(first) || first === "localhost");
  return named && first !== "docker.io" ? first : HUB;
}

/** A colon before the last slash belongs to the registry's port. */
export function imageParts(image: string): {
  readonly name: string;
  readonly tag: string | null;
  readonly digest: string | null;
} {
  const at = image.indexOf("@");
  const digest = at === -1 ? null : image.slice(at + 1);
  const rest = at === -1 ? image : image.slice(0, at);
  const colon = rest.indexOf(":", rest.lastIndexOf("/") + 1);
  return colon === -1
    ? { name: rest, tag: null, digest }
    : { name: rest.slice(0, colon), tag: rest.slice(colon + 1), digest };
}

/** Docker's grammar of a reference, a little wider: nothing in it means anything in the path of a URL. */
export function isImageName(image: string): boolean {
  return /^[\w][\w.:-]*(\/[\w][\w.-]*)*(:[\w][\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$/.test(image);
}
