const REASONS: Readonly<Record<string, string | undefined>> = {
  ENOENT: "no such file or folder",
  ENOTDIR: "what should be its folder is a file",
  EISDIR: "it is a folder",
  EACCES: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
};

/**
 * Why a file that a person named cannot be read or written, without the codes of the system where it can be said plainly.
 * The kit has one of its own: the command line imports no part of an agent.
 */
export function plainReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const plain = "code" in error && typeof error.code === "string" ? REASONS[error.code] : undefined;
  return plain ?? error.message;
}
