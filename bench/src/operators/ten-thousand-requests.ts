/**
 * 10,000 requests a minute through the example application. What they wait is compared with the same application without
 * any audit, and with one that awaits a bare LPUSH instead, which nobody drains: all three run all the time and take the
 * requests in turn, ten seconds each, so that a busy moment of the machine meets all. Workers run at their default and at
 * longer lingers: fewer writes, later rows.
 */
import { toVariants } from '../to-variants.ts';
import { countLost } from './count-lost.ts';
import { readStored } from './counting-postgres.ts';
import { noteLatency } from './note-latency.ts';
import { requestAtRate, type Requested } from './request-at-rate.ts';
import { countDropped, startFresh, toEnv, waitUntilEmpty, watchDepth, type Servers } from './servers.ts';
import { startExample } from './start-example.ts';

const PER_MINUTE = 10_000;
const BLOCK_SECONDS = 10;
const COMPARED_SECONDS = 600;
const LINGER_SECONDS = 120;
const LEAST_SECONDS = 2;
const WARM_UP_SECONDS = 1;
const TITLE = '10,000 requests a minute';
/** The default of AUDIT_LINGER_MS, at which latency is compared. */
const DEFAULT_LINGER_MS = 5;
const LINGERS_MS = [DEFAULT_LINGER_MS, 60, 300] as const;
const MOST_DEPTH = 500;
const ONE_INSERT = `${TITLE}, write statements a minute with one INSERT an event`;

function createRequested(): Requested {
  return { waits: [] };
}

interface Sent {
  readonly withAudit: Requested;
  readonly plain: Readonly<Record<'without' | 'lpush', Requested>>;
  /** With logAudit, before anything is counted. */
  readonly warmUp: Requested;
  readonly longest: number;
}

/** Sends with logAudit for so many seconds; compared, each block is followed by one of the others, which take turns. */
async function sendAll(servers: Servers, seconds: number, isCompared: boolean): Promise<Sent> {
  const [withAudit, warmUp] = [createRequested(), createRequested()];
  const plain = { without: createRequested(), lpush: createRequested() };
  await using audited = await startExample('with', toEnv(servers));
  await using without = await startExample('without', toEnv(servers));
  await using lpush = await startExample('lpush', toEnv(servers));
  await using depth = watchDepth(servers);
  const warm = { perSecond: PER_MINUTE / 60, seconds: WARM_UP_SECONDS };
  await requestAtRate({ ...warm, port: audited.port }, warmUp);
  for (const { port } of isCompared ? [without, lpush] : []) await requestAtRate({ ...warm, port }, createRequested());
  const blocks = Math.max(2, Math.round(seconds / BLOCK_SECONDS));
  for (let block = 0; block < blocks; block += 1) {
    const rate = { perSecond: PER_MINUTE / 60, seconds: seconds / blocks };
    await requestAtRate({ ...rate, port: audited.port }, withAudit);
    if (!isCompared) continue;
    const kind = block % 2 === 0 ? 'without' : 'lpush';
    await requestAtRate({ ...rate, port: { without, lpush }[kind].port }, plain[kind]);
  }
  return { withAudit, plain, warmUp, longest: depth.longest() };
}

async function measureLinger(servers: Servers, lingerMs: number, seconds: number): Promise<void> {
  const { collected, postgres } = servers;
  const isDefault = lingerMs === DEFAULT_LINGER_MS;
  await using _fleet = await startFresh(servers, { workers: 1, lingerMs });
  const sent = await sendAll(servers, seconds, isDefault);
  await waitUntilEmpty(servers);
  const stored = await readStored(postgres.client);
  const minutes = (seconds + WARM_UP_SECONDS) / 60;
  const at = `${TITLE}, AUDIT_LINGER_MS=${lingerMs}`;
  if (isDefault) {
    const { without, lpush } = sent.plain;
    const waits = { withAudit: sent.withAudit.waits, without: without.waits, lpush: lpush.waits };
    noteLatency(collected, TITLE, waits);
    collected.add({ name: ONE_INSERT, unit: 'a minute' }, PER_MINUTE);
  }
  const notes = { comparedWith: ONE_INSERT };
  collected.add({ name: `${at}, write statements`, unit: 'a minute', ...notes }, stored.writes / minutes);
  collected.add({ name: `${at}, transactions that write`, unit: 'a minute', ...notes }, stored.batches / minutes);
  collected.add({ name: `${at}, call to row, p50`, unit: 'ms' }, stored.p50);
  collected.add({ name: `${at}, call to row, p99`, unit: 'ms' }, stored.p99);
  collected.add({ name: `${at}, longest queue`, unit: 'events', bound: { atMost: MOST_DEPTH } }, sent.longest);
  collected.add({ name: `${at}, dropped`, unit: 'events', bound: { atMost: 0 } }, await countDropped(servers));
  const lost = countLost(sent.withAudit.waits.length + sent.warmUp.waits.length, stored.rows);
  collected.add({ name: `${at}, lost`, unit: 'events', bound: { atMost: 0 } }, lost);
}

/** Measures each linger once, whatever the rounds: ten minutes are ten minutes. */
export async function measureTenThousandRequests(servers: Servers): Promise<void> {
  for (const lingerMs of toVariants(LINGERS_MS, servers.scale)) {
    const full = lingerMs === DEFAULT_LINGER_MS ? COMPARED_SECONDS : LINGER_SECONDS;
    const seconds = Math.max(LEAST_SECONDS, full * servers.scale);
    servers.say(`${TITLE}, AUDIT_LINGER_MS=${lingerMs}, ${seconds} s`);
    await measureLinger(servers, lingerMs, seconds);
  }
}
