/**
 * A TCP proxy in front of a server, whose link a test breaks: one proxy per link (client to Redis, worker to Postgres).
 *
 * A mode holds until the next one: `pass`, `delay`, `throttle`, `blackhole` (bytes vanish, sockets stay open and are dead from then on), `reset`
 * (connections are ended by RST, new ones too). A cut happens once: after so many bytes, or when the server has answered
 * a request that matches, whose answer the client then never sees. `stats` says what really happened; a test that does
 * not read it may have broken nothing.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

import { createPostgresFraming, frameRedis, type Framing } from './framing.ts';
import { createPacer, type Pacing } from './pacer.ts';

/** `up`: from the client to the server. */
export type Direction = 'up' | 'down';

export type FaultMode =
  | { readonly kind: 'pass' | 'reset' }
  | ({ readonly kind: 'delay' | 'throttle' } & Pacing)
  | { readonly kind: 'blackhole'; readonly direction?: Direction | 'both' };

/** What the proxy did since it was opened. */
export interface FaultStats {
  readonly connections: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Chunks that were paced by `delay` or `throttle`. */
  readonly delayed: number;
  /** Bytes that a blackhole took. */
  readonly swallowed: number;
  /** Connections ended by `reset`, in a mode or by call. */
  readonly resets: number;
  /** One-shot cuts that took place. */
  readonly cuts: number;
  readonly replays: number;
}

export interface FaultProxy extends AsyncDisposable {
  readonly port: number;
  /** The target's URL, through the proxy. */
  readonly url: string;
  readonly stats: FaultStats;
  setMode(mode: FaultMode): void;
  /** Ends every connection by RST, now. */
  reset(): void;
  /** Ends the connection over which the `count`-th byte from now passes in `direction`; nothing behind it passes. */
  cutAfterBytes(count: number, direction?: Direction): void;
  /** Lets the next request that contains `match` through, waits for the first byte of its answer, and cuts there. */
  cutAfterRequest(match: string): void;
  /** Sends the last request that contained `match` to the server once more, on a connection of its own. */
  replayLast(match: string): Promise<void>;
  /** Sends new connections to another server, as a failover behind one address does, and ends those to the old one. */
  retarget(url: string): void;
  /** Passes everything again, after an RST to the connections that lost bytes; cuts that were not reached are forgotten. */
  heal(): void;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Counts = Mutable<FaultStats>;

interface State {
  mode: FaultMode;
  readonly stats: Counts;
  readonly links: Set<Link>;
  cutBytes: { left: number; readonly direction: Direction } | null;
  cutRequest: string | null;
  readonly last: Map<string, Buffer>;
}

interface Link {
  readonly near: Socket;
  readonly far: Socket;
  /** Set when a matching request went up: the next byte down cuts. */
  isCutting: boolean;
  /** Set when bytes of it were swallowed: TCP never goes on behind a hole. */
  hasHole: boolean;
}

const OTHER = { up: 'down', down: 'up' } as const;

function resetLink(state: State, link: Link): void {
  if (!state.links.delete(link)) return;
  state.stats.resets += 1;
  link.near.resetAndDestroy();
  link.far.resetAndDestroy();
}

function cut(state: State, link: Link): void {
  state.stats.cuts += 1;
  resetLink(state, link);
}

interface Chunk {
  readonly bytes: Buffer;
  readonly direction: Direction;
}

/** Whether the chunk may pass; false when a one-shot cut has taken it, or what was behind the cut. */
function isPassing(state: State, link: Link, chunk: Chunk): boolean {
  const { bytes, direction } = chunk;
  if (direction === 'down' && link.isCutting) {
    cut(state, link);
    return false;
  }
  const { cutBytes } = state;
  if (cutBytes === null || cutBytes.direction !== direction) return true;
  cutBytes.left -= bytes.length;
  if (cutBytes.left > 0) return true;
  state.cutBytes = null;
  const target = direction === 'up' ? link.far : link.near;
  // What passes before the cut must arrive: an RST at once would overtake it.
  target.write(bytes.subarray(0, bytes.length + cutBytes.left), () => cut(state, link));
  return false;
}

/** A connection that has lost bytes stays dead: one that went on behind the hole would be a fault no network makes. */
function isSwallowed({ mode, stats }: State, link: Link, chunk: Chunk): boolean {
  const isHole = mode.kind === 'blackhole' && mode.direction !== OTHER[chunk.direction];
  if (!isHole && !link.hasHole) return false;
  if (isHole) link.hasHole = true;
  stats.swallowed += chunk.bytes.length;
  return true;
}

function noteRequests(state: State, link: Link, requests: readonly Buffer[]): void {
  for (const request of requests) {
    for (const match of state.last.keys()) if (request.includes(match)) state.last.set(match, request);
    if (state.cutRequest !== null && request.includes(state.cutRequest)) {
      state.cutRequest = null;
      link.isCutting = true;
    }
  }
}

function pipe(state: State, link: Link, o: { readonly direction: Direction; readonly framing: Framing }): void {
  const { direction } = o;
  const [from, to] = direction === 'up' ? [link.near, link.far] : [link.far, link.near];
  const pacer = createPacer();
  let rest = Buffer.alloc(0);
  from.on('data', (bytes: Buffer) => {
    if (direction === 'up') {
      const framed = o.framing(rest.length === 0 ? bytes : Buffer.concat([rest, bytes]));
      // A request of hundreds of megabytes is nothing a fault looks for.
      rest = Buffer.from(framed.rest);
      noteRequests(state, link, framed.requests);
      state.stats.bytesUp += bytes.length;
    } else state.stats.bytesDown += bytes.length;
    const chunk = { bytes, direction };
    if (isSwallowed(state, link, chunk) || !isPassing(state, link, chunk)) return;
    const { mode } = state;
    const pacing = mode.kind === 'delay' || mode.kind === 'throttle' ? mode : null;
    if (pacing !== null) state.stats.delayed += 1;
    pacer.pass(bytes, pacing, { from, to });
  });
}

interface Target {
  readonly host: string;
  readonly port: number;
  readonly framing: () => Framing;
}

function accept(state: State, near: Socket, target: Target): void {
  state.stats.connections += 1;
  near.on('error', () => undefined);
  if (state.mode.kind === 'reset') {
    state.stats.resets += 1;
    near.resetAndDestroy();
    return;
  }
  const far = connect(target.port, target.host);
  const link: Link = { near, far, isCutting: false, hasHole: false };
  state.links.add(link);
  for (const socket of [near, far]) {
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      state.links.delete(link);
      near.destroy();
      far.destroy();
    });
  }
  pipe(state, link, { direction: 'up', framing: target.framing() });
  pipe(state, link, { direction: 'down', framing: target.framing() });
}

async function replay(state: State, match: string, target: Target): Promise<void> {
  const request = state.last.get(match);
  if (request === undefined || request.length === 0) throw new Error(`no request with "${match}" has passed`);
  const socket = connect(target.port, target.host);
  socket.on('error', () => undefined);
  socket.write(request);
  // The answer says that the server has executed it.
  await once(socket, 'data');
  state.stats.replays += 1;
  socket.destroy();
}

function toTarget(url: URL): Target {
  const isRedis = url.protocol.startsWith('redis');
  return { host: url.hostname, port: Number(url.port), framing: isRedis ? () => frameRedis : createPostgresFraming };
}

/** Options of a proxy. */
export interface FaultProxyOptions {
  /** Requests that `replayLast` may be asked for: those that contain one of these words are kept. */
  readonly remember?: readonly string[];
}

/** Opens a proxy on a free loopback port in front of a `redis://` or `postgres://` server without TLS. */
export async function openFaultProxy(targetUrl: string, options: FaultProxyOptions = {}): Promise<FaultProxy> {
  const url = new URL(targetUrl);
  let target = toTarget(url);
  const stats = { connections: 0, bytesUp: 0, bytesDown: 0, delayed: 0, swallowed: 0, resets: 0, cuts: 0, replays: 0 };
  const last = new Map((options.remember ?? []).map((match) => [match, Buffer.alloc(0)] as const));
  const state: State = { mode: { kind: 'pass' }, stats, links: new Set(), cutBytes: null, cutRequest: null, last };
  const server = createServer((near) => accept(state, near, target));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  url.host = `127.0.0.1:${port}`;
  const resetAll = (): void => {
    for (const link of state.links) resetLink(state, link);
  };
  return {
    port,
    url: url.href,
    stats,
    setMode(mode) {
      state.mode = mode;
      if (mode.kind === 'reset') resetAll();
    },
    reset: resetAll,
    cutAfterBytes(count, direction = 'down') {
      state.cutBytes = { left: count, direction };
    },
    cutAfterRequest(match) {
      state.cutRequest = match;
    },
    replayLast: (match) => replay(state, match, target),
    retarget(next) {
      target = toTarget(new URL(next));
      resetAll();
    },
    heal() {
      Object.assign(state, { mode: { kind: 'pass' }, cutBytes: null, cutRequest: null });
      for (const link of [...state.links].filter(({ hasHole }) => hasHole)) resetLink(state, link);
    },
    async [Symbol.asyncDispose]() {
      for (const { near, far } of state.links) {
        near.destroy();
        far.destroy();
      }
      server.close();
      await once(server, 'close');
    },
  };
}
