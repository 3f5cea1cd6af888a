/** A version by Semantic Versioning 2.0.0. */
export interface Version {
  /** There is no largest number: `99999999999999999999.0.0` is a version. */
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  readonly prerelease: readonly string[];
  readonly build: readonly string[];
}

/** The expression that semver.org gives. */
const VERSION =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$/;

/** Reads a version; a leading `v`, as tags have it, is let pass. `undefined` for what is none. */
export function parseVersion(text: string): Version | undefined {
  const found = VERSION.exec(text.replace(/^v/, ""));
  if (found === null) return undefined;
  const [, major = "", minor = "", patch = "", prerelease, build] = found;
  return {
    major: BigInt(major),
    minor: BigInt(minor),
    patch: BigInt(patch),
    prerelease: prerelease?.split(".") ?? [],
    build: build?.split(".") ?? [],
  };
}

/** Precedence by §11: below 0 when `a` comes first. Build metadata does not count. */
export function compareVersions(a: Version, b: Version): number {
  const byCore = compare(a.major, b.major) || compare(a.minor, b.minor) || compare(a.patch, b.patch);
  if (byCore !== 0) return byCore;
  if (a.prerelease.length === 0 || b.prerelease.length === 0)
    return b.prerelease.length - a.prerelease.length;
  for (const [index, left] of a.prerelease.entries()) {
    const right = b.prerelease[index];
    if (right === undefined) return 1;
    const order = compareIdentifiers(left, right);
    if (order !== 0) return order;
  }
  return a.prerelease.length - b.prerelease.length;
}

function compareIdentifiers(a: string, b: string): number {
  const [aIsNumber, bIsNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (aIsNumber && bIsNumber) return compare(BigInt(a), BigInt(b));
  if (aIsNumber !== bIsNumber) return aIsNumber ? -1 : 1;
  return compare(a, b);
}

function compare<Value extends bigint | string>(a: Value, b: Value): number {
  return a < b ? -1 : Number(a > b);
}

export type Bump = "major" | "minor" | "patch" | "none";

/** In initial development (0.y.z) anything may change at any time (§4): what breaks asks for a minor version. */
export function initialBump({ major }: Version, bump: Bump): Bump {
  return bump === "major" && major === 0n ? "minor" : bump;
}

/** The next version. A pre-release becomes the version that it was before, where that is enough. */
export function bumpVersion(version: Version, bump: Bump): string {
  const { major, minor, patch, prerelease } = version;
  const released = prerelease.length === 0;
  switch (bump) {
    case "major":
      return released || minor > 0n || patch > 0n ? `${major + 1n}.0.0` : `${major}.0.0`;
    case "minor":
      return released || patch > 0n ? `${major}.${minor + 1n}.0` : `${major}.${minor}.0`;
    case "patch":
      return `${major}.${minor}.${released ? patch + 1n : patch}`;
    case "none":
      return `${major}.${minor}.${patch}${released ? "" : `-${prerelease.join(".")}`}`;
    default:
      return bump satisfies never;
  }
}
