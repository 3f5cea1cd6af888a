import type { Policy } from "./policy.ts";

const WORKDAY = [{ from: 9 * 60, to: 17 * 60 }];

/** Bank holidays of England and Wales (gov.uk/bank-holidays), substitute days included. */
const HOLIDAYS =
  "2026-01-01 2026-04-03 2026-04-06 2026-05-04 2026-05-25 2026-08-31 2026-12-25 2026-12-28 2027-01-01 2027-03-26 2027-03-29 2027-05-03 2027-05-31 2027-08-30 2027-12-27 2027-12-28".split(
    " ",
  );

const COMMON = {
  timeZone: "Europe/London",
  businessHours: {
    days: { 1: WORKDAY, 2: WORKDAY, 3: WORKDAY, 4: WORKDAY, 5: WORKDAY },
    holidays: HOLIDAYS,
  },
  escalation: [
    { name: "security", team: "security-response", rankAtMost: 2, category: "security" },
    { name: "critical", team: "major-incident", rankAtMost: 1 },
  ],
  affectedUsers: { high: 50, medium: 5 },
  criticalServices: ["payment", "checkout", "web shop", "webshop", "website", "production line"],
} as const;

const business = (responseHours: number, resolutionHours: number) =>
  ({
    responseMinutes: responseHours * 60,
    resolutionMinutes: resolutionHours * 60,
    clock: "business-hours",
  }) as const;

/** The base matrix that ServiceNow ships: five priorities. */
const servicenow: Policy = {
  ...COMMON,
  name: "servicenow",
  priorities: ["1-Critical", "2-High", "3-Moderate", "4-Low", "5-Planning"],
  matrix: {
    high: { high: "1-Critical", medium: "2-High", low: "3-Moderate" },
    medium: { high: "2-High", medium: "3-Moderate", low: "4-Low" },
    low: { high: "3-Moderate", medium: "4-Low", low: "5-Planning" },
  },
  sla: {
    "1-Critical": { responseMinutes: 15, resolutionMinutes: 240, clock: "always" },
    "2-High": business(1, 8),
    "3-Moderate": business(4, 24),
    "4-Low": business(8, 40),
    "5-Planning": business(16, 80),
  },
};

/** Four priorities, as many smaller service desks have them: what is low in one way is never pressing. */
const p1p4: Policy = {
  ...COMMON,
  name: "p1-p4",
  priorities: ["P1", "P2", "P3", "P4"],
  matrix: {
    high: { high: "P1", medium: "P1", low: "P3" },
    medium: { high: "P2", medium: "P3", low: "P4" },
    low: { high: "P3", medium: "P4", low: "P4" },
  },
  sla: {
    P1: { responseMinutes: 30, resolutionMinutes: 240, clock: "always" },
    P2: business(2, 8),
    P3: business(8, 24),
    P4: business(16, 80),
  },
};

/** The policies that are there without a file. */
export const POLICIES: Readonly<Record<string, Policy>> = { servicenow, "p1-p4": p1p4 };
