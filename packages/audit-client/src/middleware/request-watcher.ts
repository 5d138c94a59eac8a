import type { ServerResponse } from 'node:http';
import { type Correlation, createCorrelationId, toCorrelation } from '../events/correlation/correlation.ts';
import { bindEmitter } from './bind-emitter.ts';
import { readClientAddress } from './client-address.ts';
import { countRequestBytes, countResponseBytes } from './count-bytes.ts';
import type { Declaration } from './declaration.ts';
import { describeError, isAbortError } from './describe-error.ts';
import { EventTeller, type EventTellerOptions } from './event-teller.ts';
import { createPlaceFinder, type Place } from './judge-request.ts';
import { createExclusion } from './path-rule.ts';
import { REQUEST_SCOPE } from './request-scope-key.ts';
import type { ServerRequest } from './server-request.ts';
import type { Drainable } from './shutdown.ts';
import { waitInLine } from './wait-in-line.ts';
import { Watch, type WatchOwner } from './watch.ts';

/** What a stream of HTTP/2 says that was not broken off. */
const NO_ERROR = 0;

/** A request as a framework hands it over. */
export interface Arrival {
  readonly request: ServerRequest;
  readonly response: ServerResponse;
  /** What the framework calls the request, for callbacks. */
  readonly subject: unknown;
}

/**
 * Watches requests of Node's HTTP server from their arrival to the end of their answer; the part of the middleware that
 * knows no framework.
 *
 * A request is watched, then settled: by `finish` when its answer was sent, or by the end of its connection, which makes
 * it aborted. Settling tells the event, once. An error that is thrown after that is told in an event of its own. A crash
 * before the end loses the event, as it loses the answer.
 */
export class RequestWatcher implements WatchOwner, Drainable {
  readonly #options: EventTellerOptions;
  readonly #teller: EventTeller;
  readonly #isExcluded: (path: string) => boolean;
  readonly #findPlace: (path: string, subject: unknown) => Place;
  /** Watches of requests whose scope another middleware had made before. */
  readonly #others = new WeakMap<ServerRequest, Watch>();

  constructor(options: EventTellerOptions) {
    this.#options = options;
    this.#teller = new EventTeller(options);
    this.#isExcluded = createExclusion(options.settings.excludePaths);
    this.#findPlace = createPlaceFinder(options.settings);
  }

  /** Begins to watch a request, or finds that this watcher does already. Answers what to run the rest of it with. */
  begin(arrival: Arrival): Correlation {
    const known = this.#find(arrival.request);
    if (known !== null) return known.start.correlation;
    const watch = this.#create(arrival, performance.now());
    this.#nameCorrelation(watch);
    bindEmitter(arrival.request, watch.start.correlation);
    if (!this.#isExcluded(watch.wholePath)) this.#attach(watch);
    return watch.start.correlation;
  }

  /** Notes an error of a request; the first one counts, and the same error on its way through several handlers is one. */
  noteError(arrival: Arrival, error: unknown): void {
    const watch = this.#find(arrival.request) ?? this.#meetLate(arrival);
    if (!watch.isAttached || watch.error !== null || (isAbortError(error) && isGone(arrival))) return;
    watch.error = describeError(error);
    if (watch.isSettled) this.#teller.tellLateError(watch);
  }

  /** Notes what a route says of its requests, also of one on an excluded path. */
  declare(arrival: Arrival, declaration: Declaration): void {
    const watch = this.#find(arrival.request) ?? this.#meetLate(arrival);
    (watch.declarations ??= []).push(declaration);
    if (!watch.isAttached) this.#attach(watch);
  }

  /** Whether an event was told since the last flush. */
  get hasEvents(): boolean {
    return this.#teller.hasEvents;
  }

  /** Resolves when all events of requests that have ended are where the service puts them. Never rejects. */
  flush(): Promise<void> {
    return this.#teller.flush();
  }

  /** As `flush`, for the end of the process. Never rejects. */
  drain(): Promise<void> {
    return this.#teller.drain();
  }

  /** The process has nothing else left to do: events that wait for their user go without. */
  giveUpLookups(): void {
    this.#teller.giveUpLookups();
  }

  addressOf({ start: { request, peer } }: Watch): string | null {
    const { settings, framework } = this.#options;
    return readClientAddress(request, peer, settings.trustProxy ?? framework.findTrust(request));
  }

  placeOf(watch: Watch): Place {
    return this.#findPlace(watch.wholePath, watch.start.subject);
  }

  routeOf({ start: { request, subject } }: Watch): string | null {
    return this.#options.framework.readRoute(subject, request);
  }

  #find(request: ServerRequest): Watch | null {
    const scope = request[REQUEST_SCOPE];
    if (scope === undefined) return null;
    if (scope instanceof Watch && scope.owner === this) return scope;
    return this.#others.get(request) ?? null;
  }

  #create({ request, response, subject }: Arrival, startedAt: number | null): Watch {
    const scope = request[REQUEST_SCOPE];
    const correlation =
      scope === undefined
        ? (toCorrelation(request.headers) ?? { id: createCorrelationId(), trace: null })
        : { id: scope.correlationId, trace: toCorrelation(request.headers)?.trace ?? null };
    const peer = this.#options.framework.readPeer(subject, request);
    const watch = new Watch(this, { request, response, subject, correlation, peer, startedAt });
    if (scope === undefined) request[REQUEST_SCOPE] = watch;
    else this.#others.set(request, watch);
    bindEmitter(response, correlation, (type) => {
      if (type === 'finish') this.#settle(watch, isReset(watch.start));
      else if (type === 'close') this.#settle(watch, true);
    });
    return watch;
  }

  /** A request that came to an error handler or a route without having passed the middleware. */
  #meetLate(arrival: Arrival): Watch {
    const watch = this.#create(arrival, null);
    if (!this.#isExcluded(watch.wholePath)) this.#attach(watch);
    return watch;
  }

  #nameCorrelation({ start: { response }, correlationId }: Watch): void {
    const { correlationHeader } = this.#options.settings;
    if (correlationHeader !== false && !response.headersSent && !response.hasHeader(correlationHeader)) {
      response.setHeader(correlationHeader, correlationId);
    }
  }

  #attach(watch: Watch): void {
    const { request, response } = watch.start;
    watch.isAttached = true;
    // On HTTP/2 the stream of a HEAD request counts as finished before it was answered.
    watch.isSettled = (response.writableEnded && response.writableFinished) || response.destroyed;
    if (watch.isSettled) return;
    if (mayHaveBody(request) && !request.complete) {
      watch.requestBytes = { bytes: 0 };
      countRequestBytes(request, watch.requestBytes);
    }
    countResponseBytes(response, watch.responseBytes);
    if (response.socket === null) waitInLine(watch, (waiting) => this.#settle(waiting, true));
  }

  #settle(watch: Watch, isAborted: boolean): void {
    if (watch.isSettled || !watch.isAttached) return;
    watch.isSettled = true;
    watch.isAborted = isAborted;
    watch.queue?.delete(watch);
    this.#teller.tell(watch);
  }
}

/** Whether the client has hung up; a handler's own connections break with the same codes. */
function isGone({ request, response }: Arrival): boolean {
  return response.destroyed || (request.destroyed && !request.complete) || request.socket?.destroyed === true;
}

/** Whether the answer did not go out whole. On HTTP/2 `finish` comes with the end of the stream, whatever that was. */
function isReset({ request, response }: Pick<Arrival, 'request' | 'response'>): boolean {
  if (request.httpVersionMajor < 2) return false;
  const stream: unknown = Reflect.get(response, 'stream');
  const code: unknown = typeof stream === 'object' && stream !== null ? Reflect.get(stream, 'rstCode') : undefined;
  return !response.writableEnded || (code !== undefined && code !== NO_ERROR);
}

function mayHaveBody({ headers, httpVersionMajor }: ServerRequest): boolean {
  const length = headers['content-length'];
  return httpVersionMajor > 1 || (length !== undefined && length !== '0') || headers['transfer-encoding'] !== undefined;
}
