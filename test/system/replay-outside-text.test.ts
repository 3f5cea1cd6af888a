import t from "tap";
import { noOllama } from "../helpers/ollama.ts";
import { assertReplays } from "../helpers/replays.ts";

void t.test(
  "what a real model was recorded with is replayed byte for byte without it: tickets and elements",
  { skip: noOllama() ?? false, timeout: 280_000 },
  async (t) => await assertReplays(t, ["servicedesk", "bimclassification"]),
);
