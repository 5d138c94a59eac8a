import type { Scenario } from '../../scenario.ts';
import type { World } from '../../world/world.ts';
import { LEASE_MS } from '../../world/workers.ts';
import { measureSlowness } from '../../world/slowness.ts';
import { waitForDrain, waitForStat } from '../during.ts';

const EVENTS = 300;
const ADOPTION_PROMISE = 1.25;

type Step = 'after-claim' | 'before-commit' | 'after-commit';

/** A worker that ends itself at a step while it holds a claim, and an heir that was running all the time. */
async function crashAt(world: World, step: Step): Promise<void> {
  const doomed = await world.startWorker({ env: { AUDIT_CRASH_AT: step }, isReady: false });
  await world.producer.log(EVENTS);
  const { signal } = await doomed.exited;
  const diedMs = performance.now();
  world.happened('worker killed', signal === 'SIGKILL' ? 1 : 0);
  // The heir is started only now, so that the doomed worker got the claim; its start is not part of the promise.
  const startedMs = performance.now();
  await world.startWorker();
  const startMs = performance.now() - startedMs;
  await waitForStat(world, 'adopted', 1);
  const waitedMs = performance.now() - diedMs - startMs;
  const isInTime = waitedMs <= LEASE_MS * ADOPTION_PROMISE * measureSlowness();
  world.happened('adopted within 1.25 lease', isInTime ? 1 : 0);
  await waitForDrain(world);
}

export const CRASHES: readonly Scenario[] = [
  {
    id: 'W1',
    title: 'worker killed after its claim, before the insert',
    promise: 'another worker adopts the claim within 1.25 lease',
    world: { workers: 0 },
    run: (world) => crashAt(world, 'after-claim'),
  },
  {
    id: 'W2',
    title: 'worker killed while its insert is in flight',
    promise: 'committed or rolled back, the claim is stored once',
    world: { workers: 0 },
    run: (world) => crashAt(world, 'before-commit'),
  },
  {
    id: 'W3',
    title: 'worker killed after COMMIT, before finish',
    promise: 'the second insert is absorbed by the primary key',
    world: { workers: 0 },
    async run(world) {
      await crashAt(world, 'after-commit');
      world.happened('duplicates absorbed', await world.stat('duplicates'));
    },
  },
];
