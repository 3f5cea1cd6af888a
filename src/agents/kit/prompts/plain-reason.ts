const REASONS: Readonly<Record<string, string | undefined>> = {
  ENOENT: "no such file or folder",
  EISDIR: "it is a folder",
  EACCES: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
};

/** Why a file cannot be read or written, without the system's own codes where they can be said plainly. */
export function plainReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const plain = "code" in error && typeof error.code === "string" ? REASONS[error.code] : undefined;
  return plain ?? error.message;
}
