import { connect } from "node:net";

/** Between two looks, as with daprd. */
const EVERY_MS = 100;

/** Resolves once something listens there; never rejects. Until then it looks ten times a second, for as long as it takes. */
export async function appListens(
  address: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted && !(await accepts(address))) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, EVERY_MS);
      signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
    });
  }
}

function accepts(address: { readonly host: string; readonly port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ ...address });
    socket.once("connect", () => (socket.destroy(), resolve(true)));
    socket.once("error", () => resolve(false));
  });
}
