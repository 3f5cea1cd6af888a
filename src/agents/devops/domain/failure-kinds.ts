/** What kind of thing went wrong in a workflow, as far as its log says. */
export type FailureKind =
  | "test"
  | "compile"
  | "lint"
  | "dependency"
  | "network"
  | "memory"
  | "timeout"
  | "unknown";

/** The kind that the most telling line has, not the most frequent one: a crash makes many tests fail. */
export const TELLING: readonly FailureKind[] = [
  "memory",
  "timeout",
  "network",
  "dependency",
  "compile",
  "lint",
  "test",
  "unknown",
];

/**
 * A line about a test that failed is about that, whatever the test is called: `not ok 3 - times out`. TAP and node:test, go,
 * pytest, jest, vitest and playwright, cargo, maven.
 */
const FAILED_TEST =
  /^\s*(?:not ok\b|✖ (?!\d+ problems?\b)|[✗✕×] |✘ +(?!\[)|--- FAIL:|FAILED \S+::|FAIL {1,2}\S|● \S|test \S+ \.\.\. FAILED)|<<< (?:FAILURE|ERROR)!/;

/** A test that went well may be called after a failure, and a warning stops nothing. */
const HARMLESS =
  /^\s*(?:ok \d|[✓✔√] |--- PASS:|PASS\b|\[ +OK \]|Passed \S|npm (?:warn|WARN)\b|(?:[Ww]arn(?:ing)?|WARN(?:ING)?)\b[: ]|\[WARNING\]|##\[warning\])|\bPASSED(?: +\[ *\d+%\])?$| \.\.\. ok$/;

/** What a line tells; of two that fit the first counts. */
const KINDS: readonly (readonly [FailureKind, RegExp])[] = [
  ["test", FAILED_TEST],
  [
    "memory",
    /heap out of memory|out of memory|OutOfMemoryError|OOMKilled|Cannot allocate memory|exit code:? 137\b|signal: killed|^Killed$/i,
  ],
  [
    "timeout",
    /timed out|exceeded the maximum execution time|longer than the maximum time|execution took longer than|due to timeout|Timeout has been exceeded|ETIMEDOUT|deadline exceeded/i,
  ],
  [
    "network",
    /\b(?:ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN)\b|Could not resolve host|name resolution|network is unreachable|TLS handshake|dial tcp|Connection (?:refused|reset by peer)/i,
  ],
  [
    "dependency",
    /\bERESOLVE\b|npm (?:ERR!|error) (?:code )?(?:E?404|EUSAGE|ETARGET|EINTEGRITY)|\bERR_PNPM_|\bERR_MODULE_NOT_FOUND|Cannot find (?:module|package)|ModuleNotFoundError|No matching distribution|Could not find a version|unable to resolve dependency|Could not (?:resolve dependencies|find artifact|find gem)|missing go\.sum entry|no required module provides|no matching package named|failed to select a version|Unable to locate package/i,
  ],
  [
    "compile",
    /\berror (?:TS|CS|MSB|FS|BC|C|LNK)\d+|\berror\[E\d+\]|SyntaxError|COMPILATION ERROR|cannot find symbol|undefined reference|: (?:fatal )?error: |^\S+\.go:\d+:\d+: |\.(?:java|kt):\[\d+,\d+\]/,
  ],
  [
    "lint",
    /\b(?:eslint|oxlint|prettier|oxfmt|ruff|flake8)\b.{0,200}(?:error|problem|failed)|✖ \d+ problems?|Code style issues|^\S+\.py:\d+:\d+: [A-Z]{1,4}\d{3,4} /i,
  ],
  // What says only that all of it failed.
  ["unknown", /^> Task \S+ FAILED|\b(?:Build|Upgrade|Installation) failed\b/i],
  [
    "test",
    /\bFAIL(?:ED)?\b|AssertionError|\bpanicked at\b|Tests?:\s+[1-9]\d* failed|\b[1-9]\d* (?:tests? )?fail(?:ed|ing)\b|\b(?:Failures|Errors|Failed): +[1-9]|\bexamples?, [1-9]\d* failure|^rspec \.\/|^ {2}Failed \S.* \[[\d.<]+ ?m?s\]/,
  ],
  // An error of which nothing more is known.
  [
    "unknown",
    /^[\s│]*\[?(?:error|fatal)\]?\b|^E: |^(?:[\w.]+\.)?\w*(?:Error|Exception)\b(?: \[\w+\])?: |: (?:Permission denied|command not found|No such file or directory)$|no space left on device|\*\*\* \[[^\]]{0,200}\] Error \d/i,
  ],
];

/** What a line tells of a failure; undefined for one that tells nothing of it. */
export function kindOf(line: string): FailureKind | undefined {
  const isHarmless = HARMLESS.test(line) && !FAILED_TEST.test(line);
  return isHarmless ? undefined : KINDS.find(([, pattern]) => pattern.test(line))?.[0];
}
