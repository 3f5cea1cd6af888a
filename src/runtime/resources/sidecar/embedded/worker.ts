import { enableCompileCache } from "node:module";

/* Entry of the worker thread. A thread has a compile cache of its own, which counts for what is imported after this. */
enableCompileCache();
await import("./worker-main.ts");
