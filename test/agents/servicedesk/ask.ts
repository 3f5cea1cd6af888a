import { answered, asking } from "../../helpers/asking.ts";

export const LEEDS = {
  title: "Login",
  body: "Nobody in the Leeds office (120 people) can log in since 09:00",
};

/** A request with headers, answered with its own. */
export const ask = asking("servicedesk");

/** The ticket of an answered command. */
export const idOf = answered("ticketId");
