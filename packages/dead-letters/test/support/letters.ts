/** What the tests of this package share: a queue, a database, letters in it, and what was recorded. */
import { connectRedis, createQueue, toQueueKeys, type Queue } from '@auditlane/queue';
import { encodeDeadLetter, toDeadLetter, type DeadLetterReason } from '@auditlane/schema';
import type { Pool } from '@auditlane/store';
import { uuidAt } from '@auditlane/testkit';
import { onTestFinished } from 'vitest';
import { createDeadLetters, type Actor, type DeadLetters, type OperatorEvent } from '../../src/index.ts';

export const KEYS = toQueueKeys('audit:queue');
export const ANN: Actor = { id: 'ann', via: 'cli' };
const BORN_MS = Date.parse('2026-11-20T00:00:00.000Z');

export interface Desk {
  readonly letters: DeadLetters;
  readonly queue: Queue;
  readonly recorded: OperatorEvent[];
}

export function openDesk(
  url: string,
  pool: Pool,
  options: { readonly capacity?: number; readonly record?: (event: OperatorEvent) => Promise<unknown> } = {},
): Desk {
  const connection = connectRedis(url, { name: 'dead-letters-test' });
  onTestFinished(() => connection.disconnect());
  const queue = createQueue(connection, KEYS);
  const recorded: OperatorEvent[] = [];
  const record = async (event: OperatorEvent): Promise<void> => {
    await options.record?.(event);
    recorded.push(event);
  };
  return { letters: createDeadLetters({ queue, pool, record, capacity: options.capacity ?? 20_000 }), queue, recorded };
}

export interface TestLetter {
  readonly id: string;
  readonly line: string;
  readonly raw: Buffer | string;
}

export function buildLetter(
  index: number,
  rest: {
    raw?: Buffer | string;
    id?: string | null;
    reason?: DeadLetterReason;
    sqlstate?: string;
    attempts?: number;
  } = {},
): TestLetter {
  const id = rest.id === undefined ? uuidById(index) : rest.id;
  const raw = rest.raw ?? JSON.stringify({ v: 1, id, event_type: 'x.y', event_category: 'info', n: index });
  const letter = toDeadLetter({
    raw,
    id,
    reason: rest.reason ?? 'invalid_field',
    detail: `fault ${index}`,
    sqlstate: rest.sqlstate ?? null,
    attempts: rest.attempts ?? 1,
    firstAt: new Date(BORN_MS + index),
    lastAt: new Date(BORN_MS + index * 1000),
    worker: 'w1',
  });
  return { id: letter.id, line: encodeDeadLetter(letter), raw };
}

const ids = new Map<number, string>();
function uuidById(index: number): string {
  const known = ids.get(index);
  if (known !== undefined) return known;
  const id = uuidAt(BORN_MS + index);
  ids.set(index, id);
  return id;
}

/** `count` letters, the oldest first, each of its own event. */
export function buildLetters(count: number, from = 0): readonly TestLetter[] {
  return Array.from({ length: count }, (_, offset) => buildLetter(from + offset));
}

/** Parks letters as a worker does, so that the sums close. */
export async function park(queue: Queue, letters: readonly TestLetter[]): Promise<void> {
  for (let from = 0; from < letters.length; from += 1000) {
    const some = letters.slice(from, from + 1000);
    await queue.enqueue(
      some.map(({ id }) => id),
      { lane: 'main', capacity: 1_000_000 },
    );
    const batchId = `b${from}-${some[0]?.id.slice(-12) ?? ''}`;
    const claim = await queue.claim({
      batchId,
      limit: 1000,
      maxBytes: 8_388_608,
      leaseMs: 30_000,
      worker: 'w1',
      prefer: 'main',
    });
    if (claim?.entries.length !== some.length) throw new Error('the lane held something else');
    await queue.finish({ batchId, epoch: claim.epoch, stored: 0, duplicates: 0, deadLetters: some, held: [] });
  }
}

/** What waits in the main lane, oldest first. */
export async function takeAll(queue: Queue): Promise<readonly string[]> {
  const taken: string[] = [];
  for (let round = 0; ; round += 1) {
    const batchId = `t${round}-${Math.random().toString(36).slice(2)}`;
    const claim = await queue.claim({
      batchId,
      limit: 1000,
      maxBytes: 8_388_608,
      leaseMs: 30_000,
      worker: 'w1',
      prefer: 'main',
    });
    if (claim === null) return taken;
    taken.push(...claim.entries.map((entry) => entry.toString()));
    const { epoch, entries } = claim;
    await queue.finish({ batchId, epoch, stored: entries.length, duplicates: 0, deadLetters: [], held: [] });
  }
}
