import type { Samples } from "./constraint.ts";

/** A format of a public standard, with text that fits it and text that does not. */
export interface KnownFormat extends Samples {
  readonly format: string;
  readonly reference: string;
  /** Anchored; the same in ECMAScript and in Python's re. */
  readonly pattern: string;
  /** The words for it in a sentence, in lower case. */
  readonly words: string;
  /** The documents that define it, as they are cited. */
  readonly cited?: RegExp;
}

const octet = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
const date = "[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])";
const clock =
  "(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\\.[0-9]+)?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])";
const uriBody = "(?:[A-Za-z0-9._~:/?#@!$&'()*+,;=\\[\\]-]|%[0-9A-Fa-f]{2})";
const label = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
const token = "[A-Za-z0-9!#$&^_.+-]+";

/** The more specific first: "URI-reference" before "URI". */
export const knownFormats: readonly KnownFormat[] = [
  {
    format: "date-time",
    reference: "RFC 3339, section 5.6",
    pattern: `^${date}[Tt]${clock}$`,
    words: "date-?time(?: string)?|timestamps?",
    cited: /^RFC ?3339$|^ISO[ -]8601/iu,
    valid: ["2024-02-29T23:59:59Z", "1985-04-12T23:20:50.52Z", "1996-12-19T16:39:57-08:00"],
    invalid: [
      "2024-02-29",
      "2024-13-01T00:00:00Z",
      "2024-01-01T24:00:00Z",
      "2024-01-01 00:00:00",
      "yesterday",
    ],
  },
  {
    format: "date",
    reference: "ISO 8601 (full-date of RFC 3339)",
    pattern: `^${date}$`,
    words: "full-date|yyyy-mm-dd|iso date|calendar date|valid date|dates?(?! of|-)",
    valid: ["2024-02-29", "1999-12-31"],
    invalid: ["2024-13-01", "2024-1-1", "29.02.2024", "2024-02-29T00:00:00Z"],
  },
  {
    format: "uri-reference",
    reference: "RFC 3986, section 4.1",
    pattern: `^${uriBody}*$`,
    words: "uri[- ]references?|relative references?",
    valid: [
      "https://example.com/a?b=c#d",
      "/sensors/tn-1234567/alerts",
      "urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66",
    ],
    invalid: ["not a uri", "http://example.com/%zz", "<a>"],
  },
  {
    format: "uri",
    reference: "RFC 3986, section 3",
    pattern: `^[A-Za-z][A-Za-z0-9+.-]*:${uriBody}*$`,
    words: "absolute[- ]uris?|uris?|urls?|uniform resource (?:identifiers?|locators?)|iris?",
    cited: /^RFC ?3986$/iu,
    valid: ["https://example.com/a?b=c#d", "urn:isbn:9780141036144", "mailto:a@example.com"],
    invalid: ["example.com/path", "//example.com", "http://exa mple.com", "1http://example.com"],
  },
  {
    format: "email",
    reference: "RFC 5321, section 4.1.2 (dot-string form)",
    pattern: `^[A-Za-z0-9!#$%&'*+/=?^_\`{|}~-]+(?:\\.[A-Za-z0-9!#$%&'*+/=?^_\`{|}~-]+)*@${label}(?:\\.${label})+$`,
    words: "e-?mail(?: address(?:es)?)?|mailbox",
    cited: /^RFC ?532[12]$/iu,
    valid: ["user@example.com", "first.last+tag@sub.example.org"],
    invalid: ["user", "user@", "@example.com", "a b@example.com", "user@@example.com", "user@-example.com"],
  },
  {
    format: "uuid",
    reference: "RFC 9562, section 4",
    pattern: "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$",
    words: "uuids?|guids?|universally unique identifiers?",
    cited: /^RFC ?(?:9562|4122)$/iu,
    valid: ["f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "00000000-0000-0000-0000-000000000000"],
    invalid: [
      "f81d4fae7dec11d0a76500a0c91e6bf6",
      "g81d4fae-7dec-11d0-a765-00a0c91e6bf6",
      "f81d4fae-7dec-11d0-a765-00a0c91e6bf",
    ],
  },
  {
    format: "ipv4",
    reference: "RFC 2673, section 3.2",
    pattern: `^${octet}(?:\\.${octet}){3}$`,
    words: "ipv4(?: address(?:es)?)?",
    valid: ["192.0.2.1", "0.0.0.0", "255.255.255.255"],
    invalid: ["256.0.0.1", "192.0.2", "192.0.2.1.5", "192.0.2.01"],
  },
  {
    format: "ipv6",
    reference: "RFC 4291, section 2.2",
    pattern:
      "^(?:(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}|(?=(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}$)(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4})*)?::(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4})*)?)$",
    words: "ipv6(?: address(?:es)?)?",
    valid: ["2001:db8::1", "::1", "2001:db8:0:0:8:800:200c:417a"],
    invalid: ["2001:db8::1::2", "12345::", "192.0.2.1", "2001:db8:0:0:8:800:200c"],
  },
  {
    format: "hostname",
    reference: "RFC 1123, section 2.1",
    pattern: `^(?=[\\s\\S]{1,253}$)${label}(?:\\.${label})*$`,
    words: "host ?names?|domain names?",
    cited: /^RFC ?(?:1123|1035)$/iu,
    valid: ["example.com", "3com.example", "localhost"],
    invalid: ["-example.com", "example-.com", "exa_mple.com", "example..com"],
  },
  {
    format: "media-type",
    reference: "RFC 2046; grammar of RFC 6838, section 4.2",
    pattern: `^${token}/${token}(?:[ \\t]*;[ \\t]*${token}=(?:${token}|"[^"]*"))*$`,
    words: "(?:media|mime|content)[- ]types?(?: format)?",
    cited: /^RFC ?(?:2046|6838|2045)$/iu,
    valid: ["application/json", "text/plain; charset=utf-8", "application/vnd.api+json"],
    invalid: ["json", "application/", "/json", "text plain"],
  },
  {
    format: "language-tag",
    reference: "RFC 5646, section 2.1 (common forms)",
    pattern: "^[A-Za-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?(?:-[A-Za-z0-9]{5,8})*$",
    words: "language tags?",
    cited: /^(?:RFC ?(?:5646|4646|3066)|BCP ?47)$/iu,
    valid: ["en", "de-CH", "zh-Hant-TW", "es-419"],
    invalid: ["e", "en_US", "english language", "-en"],
  },
  {
    format: "hex-color",
    reference: "CSS Color, hexadecimal notation #rrggbb",
    pattern: "^#[0-9A-Fa-f]{6}$",
    words: "(?:valid )?(?:simple )?(?:hex(?:adecimal)?|rgb) colou?rs?(?: codes?)?|valid simple colou?rs?",
    valid: ["#00ff00", "#A1B2C3"],
    invalid: ["00ff00", "#00ff0", "#00ff0g", "green"],
  },
  {
    format: "base64url",
    reference: "RFC 4648, section 5",
    pattern: "^[A-Za-z0-9_-]+={0,2}$",
    words: "base64-?url(?:[- ]encod(?:ed|ing)(?: string)?)?|base64 url",
    valid: ["aGVsbG8", "_-8"],
    invalid: ["a+b/", "a b", "%%%"],
  },
  {
    format: "base64",
    reference: "RFC 4648, section 4",
    pattern: "^(?=[A-Za-z0-9])(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
    words: "base-?64(?:[- ]encod(?:ed|ing)(?: string)?)?",
    cited: /^RFC ?4648$/iu,
    valid: ["aGVsbG8=", "YWJj"],
    invalid: ["aGVsbG8", "a b c", "@@@@"],
  },
  {
    format: "semver",
    reference: "Semantic Versioning 2.0.0, item 2 onwards",
    pattern:
      "^(?:0|[1-9][0-9]*)\\.(?:0|[1-9][0-9]*)\\.(?:0|[1-9][0-9]*)(?:-[0-9A-Za-z.-]+)?(?:\\+[0-9A-Za-z.-]+)?$",
    words: "semantic versions?(?:ing)?|semver(?: version)?",
    valid: ["1.0.0", "1.0.0-rc.1+build.5"],
    invalid: ["1.0", "01.0.0", "v1.0.0"],
  },
  {
    format: "e164",
    reference: "ITU-T E.164",
    pattern: "^\\+[1-9][0-9]{1,14}$",
    words: "e\\.164(?: (?:phone )?numbers?| format)?",
    valid: ["+14155552671", "+442071838750"],
    invalid: ["14155552671", "+0123456789", "+1415555267112345"],
  },
  {
    format: "country-code",
    reference: "ISO 3166-1 alpha-2 (two capital letters)",
    pattern: "^[A-Z]{2}$",
    words: "alpha-2 (?:country )?codes?|two letter country codes?",
    cited: /^ISO[ -]3166/iu,
    valid: ["DE", "US"],
    invalid: ["DEU", "de", "D1"],
  },
  {
    format: "currency-code",
    reference: "ISO 4217 (three capital letters)",
    pattern: "^[A-Z]{3}$",
    words: "three letter currency codes?",
    cited: /^ISO[ -]4217/iu,
    valid: ["EUR", "USD"],
    invalid: ["EURO", "eur", "€"],
  },
];
