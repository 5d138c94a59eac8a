/** What the process tests share: entries to push, workers to run against private servers, and the count at the end. */
import { randomFillSync } from 'node:crypto';
import { createQueue, toQueueKeys } from '@auditlane/queue';
import type { Lane, Queue, WorkerBeat } from '@auditlane/queue';
import { createUuidV7 } from '@auditlane/schema';
import { spawnProcess, waitFor } from '@auditlane/testkit';
import type { RedisFixture, SpawnedProcess, TestDatabase } from '@auditlane/testkit';
import { expect, onTestFinished } from 'vitest';
import nodeArgs from '../node-args.json' with { type: 'json' };

export const KEYS = toQueueKeys('audit:queue');
export const LEASE_MS = 500;
const WORKER = new URL('../src/main.ts', import.meta.url).pathname;
const PROGRAMS = new URL('programs/', import.meta.url);
const ENTRIES_PER_PUSH = 500;
/** Not what Auditlane says of itself, such as the settings that a worker starts with. */
const OF_PRODUCERS = `source is distinct from 'auditlane'`;

const mintId = createUuidV7(Date.now, randomFillSync);

export interface Entry {
  readonly id: string;
  readonly line: string;
}

/** Entries as the client writes them, each with an id of its own. */
export function buildEntries(count: number, fields: Readonly<Record<string, unknown>> = {}): Entry[] {
  return Array.from({ length: count }, (_, index) => {
    const id = mintId();
    const line = JSON.stringify({
      v: 1,
      id,
      event_type: 'api_key_created',
      event_category: 'info',
      severity: 'info',
      event_domain: 'account',
      occurred_at: new Date().toISOString(),
      user_id: `user-${index % 97}`,
      resource_type: 'api_key',
      resource_id: `key-${index}`,
      service_name: 'fleet-test',
      description: 'An API key was created',
      ip_address: '203.0.113.7',
      producer: 'fleet',
      n: index + 1,
      metadata: { key_name: 'deploy', index },
      ...fields,
    });
    return { id, line };
  });
}

export type Servers = {
  readonly redis: Pick<RedisFixture, 'url' | 'redis'>;
  readonly database: Pick<TestDatabase, 'url' | 'pool'>;
};

/** A running system: one queue, one database, and the workers that a test starts. */
export interface Fleet {
  readonly queue: Queue;
  push(entries: readonly Entry[], lane?: Lane): Promise<void>;
  /** `preload` names a program of `test/programs` that is loaded before the worker. */
  start(env?: Readonly<Record<string, string>>, preload?: string): SpawnedProcess;
  startReady(env?: Readonly<Record<string, string>>): Promise<SpawnedProcess>;
  whenDrained(deadlineMs?: number): Promise<void>;
  beats(): Promise<readonly WorkerBeat[]>;
  stat(name: string): Promise<number>;
  rowCount(): Promise<number>;
  /** Every id is in exactly one row, there is no other row, and the sums of the queue close. */
  expectStoredOnce(entries: readonly Entry[]): Promise<void>;
}

export function createFleet({ redis, database }: Servers): Fleet {
  const queue = createQueue(redis.redis, KEYS);
  const start = (env: Readonly<Record<string, string>> = {}, preload?: string): SpawnedProcess =>
    spawnProcess(WORKER, {
      hasIpc: true,
      nodeArgs: [...nodeArgs, ...(preload === undefined ? [] : ['--import', new URL(preload, PROGRAMS).href])],
      env: {
        REDIS_URL: redis.url,
        DATABASE_URL: database.url,
        AUDIT_LEASE_MS: String(LEASE_MS),
        ...env,
      },
    });
  const rowCount = async (): Promise<number> => {
    const { rows } = await database.pool.query<{ count: string }>(
      `select count(*) from audit_logs where ${OF_PRODUCERS}`,
    );
    return Number(rows[0]?.count);
  };
  return {
    queue,
    start,
    rowCount,
    async startReady(env) {
      const worker = start(env);
      await worker.waitForLine('worker ready');
      return worker;
    },
    async push(entries, lane = 'main') {
      for (let from = 0; from < entries.length; from += ENTRIES_PER_PUSH) {
        const part = entries.slice(from, from + ENTRIES_PER_PUSH).map((entry) => entry.line);
        const { accepted } = await queue.enqueue(part, { lane, capacity: 1_000_000 });
        expect(accepted).toBe(part.length);
      }
    },
    async whenDrained(deadlineMs = 20_000) {
      await waitFor(async () => isDrained(queue), { deadlineMs, message: 'the queue is drained' });
    },
    beats: () => queue.beats(),
    stat: async (name) => (await waitFor(() => queue.inspect())).stats[name] ?? 0,
    async expectStoredOnce(entries) {
      const { rows } = await database.pool.query<{ id: string }>(
        `select id from audit_logs where ${OF_PRODUCERS} order by id`,
      );
      expect(rows.map((row) => row.id)).toEqual(entries.map((entry) => entry.id).toSorted());
      expect((await queue.inspect()).conservationDifference).toBe(0);
    },
  };
}

async function isDrained(queue: Queue): Promise<boolean> {
  const { main, urgent, inFlight } = await queue.inspect();
  return main.depth + urgent.depth + inFlight.entries === 0;
}

/** Empties the tables between the tests of a file. */
export async function emptyTables({ pool }: Pick<TestDatabase, 'pool'>): Promise<void> {
  await pool.query('truncate audit_logs, audit_batches');
}

/** Holds every statement that stores events, until released. A worker is then in the middle of a batch. */
export async function lockStore({ pool }: Pick<TestDatabase, 'pool'>): Promise<() => Promise<void>> {
  const client = await pool.connect();
  await client.query('begin; lock table audit_logs in access exclusive mode');
  let isHeld = true;
  const unlock = async (): Promise<void> => {
    if (!isHeld) return;
    isHeld = false;
    try {
      await client.query('rollback');
      client.release();
    } catch (error) {
      client.release(true);
      throw error;
    }
  };
  // A test that fails in between must not hold up those after it.
  onTestFinished(() => unlock().catch(() => undefined));
  return unlock;
}

/** Resolves when so many statements wait for the lock of `lockStore`. */
export async function whenStoring({ pool }: Pick<TestDatabase, 'pool'>, count: number): Promise<void> {
  await waitFor(
    async () => {
      const { rows } = await pool.query<{ waiting: string }>(
        `select count(*) as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return Number(rows[0]?.waiting) >= count;
    },
    { deadlineMs: 20_000, message: `${count} statements wait for the lock` },
  );
}
