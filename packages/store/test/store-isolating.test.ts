import { buildRow, uuidAt } from '@auditlane/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type Store, StoreError, storeIsolating } from '../src/index.ts';

/** The contract of storeBatch over a set of poison ids: all or nothing, and the refusal is that of the first poison row. */
function modelStore(
  poison: ReadonlySet<string>,
  options: { readonly namesLine: boolean },
): Store & { readonly stored: Set<string>; calls: number } {
  const stored = new Set<string>();
  const model = {
    stored,
    calls: 0,
    storeBatch: async (rows: readonly { readonly id: string }[]) => {
      model.calls += 1;
      const sorted = rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));
      const at = sorted.findIndex((row) => poison.has(row.id));
      const culprit = sorted[at];
      if (culprit !== undefined) {
        throw new StoreError('poison', 'refused', {
          sqlstate: '22P02',
          detail: culprit.id,
          line: options.namesLine ? at + 1 : null,
        });
      }
      const before = stored.size;
      for (const row of rows) stored.add(row.id);
      const inserted = stored.size - before;
      return {
        kind: 'stored' as const,
        inserted,
        duplicates: rows.length - inserted,
        conflicting: [],
        path: 'copy' as const,
      };
    },
  };
  return model;
}

const ROWS = Array.from({ length: 1000 }, (_, index) => buildRow({ id: uuidAt(1_790_000_000_000 + index) }));

describe('one poison row in 1000', () => {
  it.each([
    ['with the line that Postgres names, at most 4 statements', true, 4],
    ['without it, at most 12 statements', false, 12],
  ])('%s, wherever it is', async (_title, namesLine, most) => {
    for (const [index, { id }] of ROWS.entries()) {
      const store = modelStore(new Set([id]), { namesLine });
      const result = await storeIsolating(store, ROWS);
      expect(result).toMatchObject({ inserted: 999, rejected: [{ index, id, sqlstate: '22P02', detail: id }] });
      expect(result.statements).toBeLessThanOrEqual(most);
      expect(result.statements).toBe(store.calls);
      expect(store.stored.has(id)).toBe(false);
    }
  });
});

it.each([true, false])(
  '1000 poison rows of 1000 are rejected in bounded statements (line named: %s)',
  async (namesLine) => {
    const store = modelStore(new Set(ROWS.map((row) => row.id)), { namesLine });
    const result = await storeIsolating(store, ROWS);
    expect(result.rejected.map((row) => row.index)).toEqual(ROWS.map((_, index) => index));
    expect(result.inserted).toBe(0);
    expect(result.statements).toBeLessThan(1500);
  },
);

it('rejects exactly the poison rows and stores all others, for any set of them in any order', async () => {
  const anyCase = fc.record({
    rows: fc.shuffledSubarray(ROWS.slice(0, 120)),
    poison: fc.subarray(ROWS.slice(0, 120), { maxLength: 120 }),
    namesLine: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(anyCase, async ({ rows, poison, namesLine }) => {
      const bad = new Set(poison.map((row) => row.id));
      const store = modelStore(bad, { namesLine });
      const result = await storeIsolating(store, rows);
      const expected = rows.flatMap((row, index) => (bad.has(row.id) ? [{ index, id: row.id }] : []));
      expect(result.rejected.map(({ index, id }) => ({ index, id }))).toEqual(expected);
      expect([...store.stored].toSorted()).toEqual(
        rows
          .filter((row) => !bad.has(row.id))
          .map((row) => row.id)
          .toSorted(),
      );
      expect(result.inserted + result.duplicates + result.rejected.length).toBe(rows.length);
    }),
  );
});

it('a line that names the wrong row rejects no good one', async () => {
  const [culprit] = ROWS.slice(700, 701);
  const model = modelStore(new Set(culprit === undefined ? [] : [culprit.id]), { namesLine: false });
  const misleading: Store = {
    storeBatch: async (rows, options) => {
      try {
        return await model.storeBatch(rows, options);
      } catch (error) {
        throw error instanceof StoreError ? new StoreError('poison', 'refused', { sqlstate: '22P02', line: 1 }) : error;
      }
    },
  };
  const result = await storeIsolating(misleading, ROWS);
  expect(result.rejected.map((row) => row.index)).toEqual([700]);
  expect(result.inserted).toBe(999);
});

it('an outage in the middle throws, and nothing is said to be rejected', async () => {
  const model = modelStore(new Set([ROWS[500]?.id ?? '']), { namesLine: false });
  for (let until = 1; until <= 11; until += 1) {
    model.calls = 0;
    const failing: Store = {
      storeBatch: async (rows, options) => {
        if (model.calls === until) throw new StoreError('outage', 'Postgres went away');
        return model.storeBatch(rows, options);
      },
    };
    await expect(storeIsolating(failing, ROWS)).rejects.toMatchObject({ code: 'outage' });
  }
  // the same call again: what was stored on the way is absorbed
  const result = await storeIsolating(model, ROWS);
  expect(result.inserted + result.duplicates).toBe(999);
  expect(result.rejected).toHaveLength(1);
});

it('nothing asks nothing', async () => {
  expect(await storeIsolating(modelStore(new Set(), { namesLine: true }), [])).toMatchObject({
    inserted: 0,
    rejected: [],
    statements: 0,
  });
});
