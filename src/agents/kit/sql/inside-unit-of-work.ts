import { AsyncLocalStorage } from "node:async_hooks";

/** True while a unit of work is open in the present chain of calls. */
export const insideUnitOfWork = new AsyncLocalStorage<boolean>();
