/**
 * The program of every process of a contender: `peer-cell.ts <role> <contender> <events> <callers>`, servers from the environment.
 *
 * `fill` makes a backlog; `sustain` calls as fast as so many callers get answers; `steady` calls 1,000 times a second; these
 * print numbers as JSON. `work` is a worker: it says `ready`, begins at the message `begin`, sends the count of the rows
 * that it has stored while that changes, and ends when the channel to its parent closes.
 */
import { loopClosed, offerSteadily, timeCalls } from '../cells/loads.ts';
import { monotonicMs } from '../cells/monotonic-ms.ts';
import { cpuSecondsOfMachine } from '../clocks/process-cpu.ts';
import { percentile } from '../report/statistics.ts';
import { CONTENDERS, isContenderName } from './contenders.ts';
import type { Caller, Peer, Servers } from './peer.ts';

const STEADY_PER_SECOND = 1_000;
const REPORT_MS = 5;

type Numbers = Readonly<Record<string, number>>;

async function fill(peer: Peer, servers: Servers, events: number): Promise<Numbers> {
  await peer.fill?.(servers, events);
  return { events };
}

async function withCaller(peer: Peer, servers: Servers, use: (caller: Caller) => Promise<Numbers>): Promise<Numbers> {
  const caller = await peer.openCaller(servers);
  const numbers = await use(caller);
  await caller.close();
  return numbers;
}

function cpuMicrosOf(before: NodeJS.CpuUsage, events: number): number {
  const used = process.cpuUsage(before);
  return (used.user + used.system) / events;
}

async function sustain(caller: Caller, count: number, callers: number): Promise<Numbers> {
  const busyBefore = await cpuSecondsOfMachine();
  const before = process.cpuUsage();
  const beganAt = monotonicMs();
  await loopClosed({ callers, count }, (number) => caller.call(number));
  const cpuMicros = cpuMicrosOf(before, count);
  await caller.whenStored?.();
  const endedAt = monotonicMs();
  return { beganAt, endedAt, cpuMicros, busyBefore, busyAfter: await cpuSecondsOfMachine() };
}

/** The first fifth warms code and connections up and is not counted. */
async function steady(caller: Caller, count: number): Promise<Numbers> {
  const timed = timeCalls((number) => caller.call(number), Math.floor(count / 5));
  const before = process.cpuUsage();
  await offerSteadily({ perSecond: STEADY_PER_SECOND, count }, timed.call);
  const cpuMicros = cpuMicrosOf(before, count);
  await caller.whenStored?.();
  return { p50Ms: percentile(timed.waits, 0.5), p99Ms: percentile(timed.waits, 0.99), cpuMicros };
}

async function work(peer: Peer, servers: Servers): Promise<void> {
  let stored = 0;
  let reported = 0;
  const worker = await peer.openWorker?.(servers, (rows) => (stored += rows));
  if (worker === undefined) throw new Error('this contender has no worker of its own');
  const report = (): void => {
    if (stored === reported || !process.connected) return;
    reported = stored;
    process.send?.({ stored });
  };
  const timer = setInterval(report, REPORT_MS);
  process.on('message', () => void worker.begin());
  process.on('disconnect', () => {
    clearInterval(timer);
    void worker.close();
  });
  process.send?.({ stored });
}

interface Amounts {
  readonly events: number;
  readonly callers: number;
}

async function runRole(role: string, peer: Peer, { events, callers }: Amounts): Promise<void> {
  const servers = { redisUrl: process.env['REDIS_URL'] ?? '', postgresUrl: process.env['DATABASE_URL'] ?? '' };
  const print = (numbers: Numbers): void => void process.stdout.write(JSON.stringify(numbers));
  if (role === 'work') return work(peer, servers);
  if (role === 'fill') return print(await fill(peer, servers, events));
  if (role === 'steady') return print(await withCaller(peer, servers, (caller) => steady(caller, events)));
  if (role === 'sustain') return print(await withCaller(peer, servers, (caller) => sustain(caller, events, callers)));
  throw new Error(`there is no role ${role}`);
}

const [, , role = '', name = '', events = '0', callers = '0'] = process.argv;
if (!isContenderName(name)) throw new Error(`there is no contender ${name}`);
await runRole(role, CONTENDERS[name], { events: Number(events), callers: Number(callers) });
