/** What a peer has to offer to be measured; each of these runs in a process of its own, see `peer-cell.ts`. */

/** Where a process finds the servers of the run. */
export interface Servers {
  readonly redisUrl: string;
  readonly postgresUrl: string;
}

/** The side of the application. */
export interface Caller {
  /** Takes the sample event of this number; resolves when the peer has acknowledged it. */
  call(number: number): Promise<unknown>;
  /** Resolves when everything acknowledged is stored; null where workers tell what they stored, or acknowledged is stored. */
  readonly whenStored: (() => Promise<void>) | null;
  close(): Promise<void>;
}

/** One worker process of the peer. */
export interface PeerWorker {
  /** Works on what waits and on what comes, from now on. */
  begin(): Promise<void>;
  /** Ends what is in progress, then closes. */
  close(): Promise<void>;
}

/** Told of every commit, with the rows that were new in it. */
export type OnStored = (rows: number) => void;

/** A way to get events into `audit_logs`. */
export interface Peer {
  /** Makes what the peer's queue needs and puts so many events into it, 0 or more, in bulk; null for what has no queue. */
  readonly fill: ((servers: Servers, events: number) => Promise<void>) | null;
  openCaller(servers: Servers): Promise<Caller>;
  /** Opens a worker that waits for `begin`; null where the caller stores its rows itself. */
  readonly openWorker: ((servers: Servers, onStored: OnStored) => Promise<PeerWorker>) | null;
}
