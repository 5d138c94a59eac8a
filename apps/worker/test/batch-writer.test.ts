import type { EventRow } from '@auditlane/schema';
import { StoreError, toEventRow } from '@auditlane/store';
import { buildRow } from '@auditlane/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HeldClaim, HolderState } from '../src/claims/held-claims.ts';
import { Breaker } from '../src/outages/breaker.ts';
import { createBatchWriter } from '../src/storing/batch-writer.ts';

const NEVER = new AbortController().signal;

/** What the network does to one statement. */
type Fate = 'ok' | 'lost before' | 'lost after' | 'too slow';

/** A table behind a network that fails as told; rows of the user `poison` are refused. */
function setUp(fates: Fate[], o: { isHealing: boolean } = { isHealing: true }) {
  const table = new Set<string>();
  const pieces: number[] = [];
  const told: HolderState[] = [];
  const breaker = new Breaker({
    probe: () => Promise.resolve(),
    sleep: () => (o.isHealing ? Promise.resolve() : new Promise(() => undefined)),
    random: () => 0,
    onChange: () => undefined,
  });
  const insert = (rows: readonly EventRow[]) => {
    const fit = rows.filter((row) => row.user_id !== 'poison');
    const fresh = fit.filter((row) => !table.has(row.id));
    for (const row of fresh) table.add(row.id);
    const rejected = rows.flatMap((row, index) =>
      row.user_id === 'poison' ? [{ index, id: row.id, sqlstate: '22P02', detail: 'poison' }] : [],
    );
    return { inserted: fresh.length, duplicates: fit.length - fresh.length, rejected, conflicting: [], statements: 1 };
  };
  const writer = createBatchWriter({
    store: async (rows) => {
      pieces.push(rows.length);
      const fate = fates.shift() ?? 'ok';
      if (fate === 'lost before') throw new StoreError('outage', 'connection lost');
      if (fate === 'too slow') throw new StoreError('too_slow', 'statement timeout');
      const result = insert(rows.map(toEventRow));
      if (fate === 'lost after') throw new StoreError('outage', 'connection lost');
      return result;
    },
    breaker,
    clockMs: () => 0,
    maxRows: 1000,
    onStatements: () => undefined,
    onFailedAttempt: () => undefined,
  });
  const held: HeldClaim = {
    claim: { batchId: 'b', epoch: 1, attempt: 1, lane: 'main', entries: [], depth: 0 },
    fenced: NEVER,
    note: () => undefined,
    mark: async (state) => {
      told.push(state);
      await Promise.resolve();
    },
    letGo: () => undefined,
  };
  return { table, pieces, told, writer, held };
}

function buildRows(count: number, poison: ReadonlySet<number> = new Set()) {
  return Array.from({ length: count }, (_, index) => ({
    row: buildRow(poison.has(index) ? { user_id: 'poison' } : {}),
    raw: Buffer.from(String(index)),
  }));
}

test('whatever the network does, every row is stored once or rejected once, and the counts say so', async () => {
  const fate = fc.constantFrom<Fate>('ok', 'lost before', 'lost after', 'too slow');
  await fc.assert(
    fc.asyncProperty(
      fc.array(fate, { maxLength: 20 }),
      fc.integer({ min: 1, max: 60 }),
      fc.uniqueArray(fc.nat(59), { maxLength: 5 }),
      async (fates, count, poison) => {
        const { table, writer, held } = setUp(fates);
        const bad = new Set(poison.filter((index) => index < count));
        const rows = buildRows(count, bad);
        const written = await writer.write(rows, { held, isRedelivered: false, stop: NEVER });
        if (written.kind !== 'written') throw new Error('interrupted without a reason');
        expect(table.size).toBe(count - bad.size);
        expect(written.inserted + written.duplicates + written.rejected.length).toBe(count);
        const rejected = written.rejected.map(({ raw }) => Number(raw)).toSorted((left, right) => left - right);
        expect(rejected).toEqual([...bad].toSorted((left, right) => left - right));
      },
    ),
  );
});

test('a batch that is too large for the statement timeout is stored in pieces that fit', async () => {
  const { pieces, table, writer, held } = setUp(['too slow', 'too slow']);
  await writer.write(buildRows(1000), { held, isRedelivered: false, stop: NEVER });
  expect(pieces.slice(0, 3)).toEqual([1000, 500, 250]);
  expect(table.size).toBe(1000);
});

test('a wait for Postgres is told to Redis, so that a death during it does not count against the batch', async () => {
  const { told, writer, held } = setUp(['lost before']);
  await writer.write(buildRows(10), { held, isRedelivered: false, stop: NEVER });
  expect(told).toEqual(['waiting']);
});

test('told to stop while Postgres is away, it gives up without an answer', async () => {
  const { writer, held } = setUp(['lost before'], { isHealing: false });
  const written = await writer.write(buildRows(10), { held, isRedelivered: false, stop: AbortSignal.abort() });
  expect(written).toEqual({ kind: 'interrupted' });
});

test('a batch under suspicion goes in small pieces', async () => {
  const { pieces, writer, held } = setUp([]);
  await writer.write(buildRows(25), { held, isRedelivered: true, stop: NEVER, maxPiece: 10 });
  expect(pieces).toEqual([10, 10, 5]);
});
