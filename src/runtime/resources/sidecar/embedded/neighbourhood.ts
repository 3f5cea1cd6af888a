/** The sidecar of an app in another process. */
export type Neighbour =
  | {
      readonly at: "embedded";
      readonly host: string;
      readonly port: number;
      /** What it wants to hear of its callers. */
      readonly token: string;
    }
  /** It speaks Dapr's internal gRPC, which an embedded one does not. */
  | { readonly at: "daprd"; readonly address: string };

/** Sidecars of other processes: where they are, and how they find this one. */
export interface Neighbourhood {
  /** A text: nobody has such an app, in the words of daprd. */
  find(appId: string): Neighbour | string;
  /** One that was found does not listen: it is found no more, until it says that it lives. */
  lose(token: string): void;
  /** Where calls of neighbours come in; port 0 = chosen. */
  readonly listenOn: { readonly address: string; readonly port: number };
  /** What callers of this one must know. */
  readonly token: string;
  /** It listens: from now on it is found. */
  enter(port: number): void;
  /** It is about to end: from now on it is not found. */
  leave(): void;
}
