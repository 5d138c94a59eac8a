/**
 * A zombie: a worker that is stopped while it holds a claim, and goes on when another worker holds the same claim.
 *
 *     holder claims ── stopped ─────────────────────────────── goes on: told `fenced`
 *                        └ lease ends ── heir adopts ── stopped ─┘        └ goes on: finishes
 *
 * The heir needs 5 to 45 ms from its adoption to its finish. A zombie that wakes later finds its claim gone, which protects
 * as well and proves nothing about fencing; so the heir is stopped in between, for as long as the zombie takes to hear.
 */
import type { SpawnedProcess } from '@auditlane/testkit/harness';
import { forMs } from '../scenarios/during.ts';
import { isRunning, LEASE_MS } from '../world/workers.ts';
import { livingWorkers, type World } from '../world/world.ts';
import { choose } from './choose.ts';

/** How it ended: the zombie was told that it is fenced, found its claim finished, or was never succeeded. */
export type ZombieEnd = 'fenced' | 'gone' | 'kept' | 'none';

/** Workers that a zombie act has stopped: another act that killed one would undo it. */
export type Stopped = Set<SpawnedProcess>;

const HOLDING_MS = 10_000;
const BETWEEN_TRIES_MS = 20;
const FIRST_EPOCH = /^1:/;
/** An outage of Redis in between moves the adoption. */
const ADOPTION_MS = 4 * LEASE_MS;
/** The lease was renewed a third of its length ago at most: nobody adopts before. */
const UNADOPTED_MS = 0.6 * LEASE_MS;
/** The heir may have finished 5 ms after its adoption. */
const BETWEEN_LOOKS_MS = 1;
/** Shorter than a lease, so that nobody adopts from the heir. */
const HEARING_MS = 0.6 * LEASE_MS;

/** The batches that workers hold now, with what Redis says of each. */
type Claims = readonly (readonly [batchId: string, meta: string])[];

async function readClaims(world: World): Promise<Claims> {
  return Object.entries(await world.redis.hgetall(world.keys.meta));
}

/** The batches of a worker that nobody held before. */
function ownBatches(claims: Claims, { pid }: SpawnedProcess): readonly string[] {
  return claims.filter(([, meta]) => FIRST_EPOCH.test(meta) && meta.includes(`-${pid}-`)).map(([batchId]) => batchId);
}

interface Holder {
  readonly worker: SpawnedProcess;
  readonly batchIds: readonly string[];
}

/**
 * Stops a worker that holds a new claim. Looked for before it is stopped, since workers that are stopped to be looked at
 * get nowhere; and again afterwards, since only then what Redis says of it stays true.
 */
async function stopHolder(world: World, draw: number, stopped: Stopped): Promise<Holder | null> {
  const untilMs = performance.now() + HOLDING_MS;
  while (performance.now() < untilMs) {
    const claims = await readClaims(world);
    const free = livingWorkers(world).filter((each) => !stopped.has(each) && ownBatches(claims, each).length > 0);
    const worker = choose(free, draw);
    if (worker !== undefined) {
      worker.child.kill('SIGSTOP');
      const batchIds = ownBatches(await readClaims(world), worker);
      if (batchIds.length > 0 && isRunning(worker)) return { worker, batchIds };
      worker.child.kill('SIGCONT');
    }
    await forMs(BETWEEN_TRIES_MS);
  }
  return null;
}

/** Waits until another worker holds one of the batches, and stops it; null when it had finished first, or nobody came. */
async function stopHeir(world: World, { batchIds }: Holder): Promise<SpawnedProcess | null> {
  const untilMs = performance.now() + ADOPTION_MS;
  await forMs(UNADOPTED_MS);
  while (performance.now() < untilMs) {
    await forMs(BETWEEN_LOOKS_MS);
    const metas = (await world.redis.hmget(world.keys.meta, ...batchIds)).filter((meta) => meta !== null);
    if (metas.length === 0) return null;
    const adopted = metas.find((meta) => !FIRST_EPOCH.test(meta));
    const heir = livingWorkers(world).find(({ pid }) => adopted?.includes(`-${pid}-`));
    if (heir === undefined) continue;
    heir.child.kill('SIGSTOP');
    const claims = await readClaims(world);
    if (claims.some(([batchId, meta]) => batchIds.includes(batchId) && meta.includes(`-${heir.pid}-`))) return heir;
    heir.child.kill('SIGCONT');
  }
  return null;
}

/** Lets the zombie go on, and the heir once the zombie has heard of it. */
async function wake(world: World, zombie: SpawnedProcess, heir: SpawnedProcess | null): Promise<boolean> {
  const before = await world.stat('fenced');
  zombie.child.kill('SIGCONT');
  if (heir === null) return false;
  const untilMs = performance.now() + HEARING_MS;
  let isFenced = false;
  while (!isFenced && performance.now() < untilMs) {
    await forMs(BETWEEN_TRIES_MS);
    isFenced = (await world.stat('fenced')) > before;
  }
  heir.child.kill('SIGCONT');
  return isFenced;
}

/** Makes one zombie; answers how it ended, `none` when no worker could be caught with a claim. */
export async function makeZombie(world: World, draw: number, stopped: Stopped): Promise<ZombieEnd> {
  const holder = await stopHolder(world, draw, stopped);
  if (holder === null) return 'none';
  stopped.add(holder.worker);
  let heir: SpawnedProcess | null = null;
  try {
    heir = await stopHeir(world, holder);
    if (heir !== null) stopped.add(heir);
    const left = await world.redis.hmget(world.keys.meta, ...holder.batchIds);
    if (await wake(world, holder.worker, heir)) return 'fenced';
    return left.every((meta) => meta === null) ? 'gone' : 'kept';
  } finally {
    holder.worker.child.kill('SIGCONT');
    heir?.child.kill('SIGCONT');
    stopped.delete(holder.worker);
    if (heir !== null) stopped.delete(heir);
  }
}
