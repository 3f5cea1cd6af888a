import type { RunEvent, RunView } from "../model/snapshot.ts";

/**
 * One line of `GET /v1/feed`. The first is a snapshot; another one comes where a reader was too slow for the events
 * between: it replaces all that the reader knows.
 */
export type FeedMessage = { readonly type: "snapshot"; readonly run: RunView } | RunEvent;
