// Runs a process that takes all the memory there is, and prints how it has ended.
import { createProcessResource } from "../../../src/runtime/resources/process/process-resource.ts";
import { specOf } from "./children.ts";

const running = await createProcessResource(specOf(["tail", "/dev/zero"])).start(
  new AbortController().signal,
);
process.stdout.write(JSON.stringify(await running.exited));
