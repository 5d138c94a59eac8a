import type { ServerResponse } from 'node:http';
import type { Correlation } from '../events/correlation/correlation.ts';
import type { ByteCount } from './count-bytes.ts';
import type { Declaration } from './declaration.ts';
import type { ErrorFacts } from './describe-error.ts';
import type { Place } from './judge-request.ts';
import { readPath, readWholePath } from './request-path.ts';
import type { RequestScope } from './request-scope.ts';
import type { ServerRequest } from './server-request.ts';

/** What a watch is made of when its request arrives. */
export interface WatchStart {
  readonly request: ServerRequest;
  readonly response: ServerResponse;
  /** What the framework calls the request, for callbacks. */
  readonly subject: unknown;
  readonly correlation: Correlation;
  /** Address of the connection, taken at the start: a connection that has ended has none. */
  readonly peer: string | undefined;
  /** From `performance.now()`; null when the request was met late, and its duration is not known. */
  readonly startedAt: number | null;
}

/** What a watch asks its watcher. */
export interface WatchOwner {
  addressOf(watch: Watch): string | null;
  placeOf(watch: Watch): Place;
  routeOf(watch: Watch): string | null;
}

/** One request from its arrival to the end of its answer, as one middleware sees it. Filled in as it goes; read at its end. */
export class Watch implements RequestScope {
  readonly start: WatchStart;
  readonly owner: WatchOwner;
  readonly responseBytes: ByteCount = { bytes: 0 };
  requestBytes: ByteCount | null = null;
  /** Whether the end of the answer is waited for; false on an excluded path. */
  isAttached = false;
  isSettled = false;
  isAborted = false;
  error: ErrorFacts | null = null;
  declarations: Declaration[] | null = null;
  /** The other answers that wait for the same connection; null when this one has it. */
  queue: Set<Watch> | null = null;
  #path: string | null = null;
  #wholePath: string | null = null;
  #place: Place | null = null;

  constructor(owner: WatchOwner, start: WatchStart) {
    this.owner = owner;
    this.start = start;
  }

  get correlationId(): string {
    return this.start.correlation.id;
  }

  /** Read once: a router that rewrites the URL later does not change where the client wanted to go. */
  get path(): string {
    this.#path ??= readPath(this.start.request);
    return this.#path;
  }

  /** What rules are asked of, read at the start as well; see `readWholePath`. */
  get wholePath(): string {
    this.#wholePath ??= readWholePath(this.start.request);
    return this.#wholePath;
  }

  ipAddress(): string | null {
    return this.owner.addressOf(this);
  }

  source(): Place {
    this.#place ??= this.owner.placeOf(this);
    return this.#place;
  }

  route(): string | null {
    return this.owner.routeOf(this);
  }
}
