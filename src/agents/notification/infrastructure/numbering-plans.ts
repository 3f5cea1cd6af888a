import type { PhoneNumbers } from "../application/ports.ts";

/**
 * The numbering plans of the world, as libphonenumber has them. Country codes and lengths are checked, not the ranges within a
 * country: these are given out faster than anybody's tables are updated, and a refused number is never reached.
 */
export class NumberingPlans implements PhoneNumbers {
  async problemOf(number: string): Promise<string | null> {
    // Its tables are read by the first number, not at the start.
    const { parsePhoneNumberWithError, ParseError } = await import("libphonenumber-js/min");
    try {
      const parsed = parsePhoneNumberWithError(number);
      if (parsed.number !== number) return `"${number}" is not written as it is dialled: ${parsed.number}`;
      return parsed.isPossible()
        ? null
        : `"${number}" has a length that +${parsed.countryCallingCode} does not have`;
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      return `"${number}" is no E.164 number: ${WORDS[error.message] ?? error.message}`;
    }
  }
}

const WORDS: Readonly<Record<string, string>> = {
  INVALID_COUNTRY: "no country has this code",
  TOO_SHORT: "it is too short",
  TOO_LONG: "it is too long",
  NOT_A_NUMBER: "these are no digits that can be dialled",
};
