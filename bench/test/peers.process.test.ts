import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drainPeer, steadyPeer, sustainPeer } from '../src/peers/contest.ts';
import { writeOneByOne } from '../src/peers/critical-writes.ts';
import { NAMES } from '../src/peers/to-measurements.ts';
import { openGround, type Ground } from '../src/servers/ground.ts';
import { requireRows } from '../src/servers/require-rows.ts';
import { startStack, type Stack } from '../src/servers/stack.ts';

const EVENTS = 1_003;
const CONTENT =
  `select to_jsonb(l) - array['id', 'created_at', 'batch', 'stored_at'] as row from audit_logs l ` +
  `where source is distinct from 'auditlane' order by producer_seq`;

/** Linux counts CPU in hundredths of a second, so that a short run may seem to use a little more than there is. */
function expectCores(busyCores: number, name: string): void {
  expect(busyCores, name).toBeGreaterThan(0);
  expect(busyCores, name).toBeLessThan(cpus().length * 1.5);
}

describe('what is measured beside us', () => {
  let stack: Stack & AsyncDisposable;
  let ground: Ground & AsyncDisposable;
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'auditlane-peers-'));
    stack = await startStack();
    ground = await openGround(stack);
  });

  afterAll(async () => {
    await ground[Symbol.asyncDispose]();
    await stack[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  it('a drain ends with every event once, in the same columns whoever drains', async () => {
    const readRows = async () => (await ground.database.query<{ row: unknown }>(CONTENT)).rows;
    await drainPeer(ground, { name: 'auditlane', directory, events: EVENTS });
    const ours = await readRows();
    expect(ours).toHaveLength(EVENTS);
    for (const name of ['bullmq-single', 'bullmq-batched', 'graphile-worker'] as const) {
      const { eventsPerSecond, busyCores } = await drainPeer(ground, { name, directory, events: EVENTS });
      expect(eventsPerSecond, name).toBeGreaterThan(0);
      expectCores(busyCores, name);
      expect(await readRows(), name).toEqual(ours);
    }
  });

  it.each(NAMES)('what is logged through %s under load is stored, every event once', async (name) => {
    const { eventsPerSecond, cpuMicros, busyCores } = await sustainPeer(ground, { name, directory, events: 300 });
    expect(eventsPerSecond).toBeGreaterThan(0);
    expect(cpuMicros).toBeGreaterThan(0);
    expectCores(busyCores, name);
    await requireRows(ground.database, name, 300);
  });

  it('calls at a steady rate are awaited and stored', async () => {
    const { p50Ms, p99Ms } = await steadyPeer(ground, { name: 'bullmq-single', directory, events: 300 });
    expect(p50Ms).toBeGreaterThan(0);
    expect(p99Ms).toBeGreaterThanOrEqual(p50Ms);
    await requireRows(ground.database, 'bullmq-single', 300);
  });

  it('critical writes and bare inserts store what they are given, and a missing row fails the run', async () => {
    for (const kind of ['critical', 'bare'] as const) {
      expect((await writeOneByOne(ground, kind, 50)).p50Ms).toBeGreaterThan(0);
      await requireRows(ground.database, kind, 100);
    }
    await ground.database.query('delete from audit_logs where id in (select id from audit_logs limit 1)');
    await expect(requireRows(ground.database, 'bare', 100)).rejects.toThrow('given 100 events and stored 99 rows');
  });
});
