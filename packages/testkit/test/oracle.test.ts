import { describe, expect, test } from 'vitest';

import { createOracle, digestContent, type Evidence, type FoundEvent, type Verdict } from '../src/index.ts';

const EVENTS = Array.from({ length: 50 }, (_, index) => ({
  key: `p-${index}`,
  id: `id-${index}`,
  digest: digestContent({ index }),
}));
const ROWS: readonly FoundEvent[] = EVENTS.map(({ id, key, digest }) => ({ id, key, digest }));
const SOUND: Evidence = {
  rows: ROWS,
  deadLetters: [],
  conservationDifference: 0,
  ledgerRows: ROWS.length,
  freshMs: 40,
  happened: [{ name: 'worker killed', count: 1, least: 1 }],
};

/** Fifty events, all acknowledged; `poison` are planted. What is there at the end differs from a sound run by `change`. */
async function judge(change: Partial<Evidence> = {}, poison: readonly string[] = []): Promise<Verdict> {
  const oracle = createOracle();
  for (const { key, id, digest } of EVENTS) {
    oracle.issue({ key, digest, isPoison: poison.includes(key) });
    oracle.acknowledge({ key, id, level: 'queued' });
  }
  return oracle.judge({ ...SOUND, ...change });
}

const first = ROWS[0] as FoundEvent;

test('a sound run breaks no promise and is counted whole', async () => {
  const verdict = await judge();
  expect(verdict.broken).toEqual([]);
  expect(verdict).toMatchObject({ issued: 50, acknowledged: 50, stored: 50, dead: 0, levels: { queued: 50 } });
});

describe('the oracle catches', () => {
  test('a planted loss', async () => {
    const verdict = await judge({ rows: ROWS.slice(1), ledgerRows: 49 });
    expect(verdict.lost).toEqual(['id-0']);
    expect(verdict.broken).toEqual(['1 acknowledged and lost (bound 0): id-0']);
  });

  test('a row that is there twice', async () => {
    const verdict = await judge({ rows: [...ROWS, first], ledgerRows: 51 });
    expect(verdict.duplicated).toEqual(['p-0']);
    expect(verdict.broken).toHaveLength(1);
  });

  test('an event that was stored under a second id', async () => {
    const verdict = await judge({ rows: [...ROWS, { ...first, id: 'another' }], ledgerRows: 51 });
    expect(verdict.duplicated).toEqual(['p-0']);
  });

  test('an event that was stored under another id than its receipt names', async () => {
    const verdict = await judge({ rows: [{ ...first, id: 'another' }, ...ROWS.slice(1)] });
    expect(verdict.changed).toEqual(['p-0']);
    expect(verdict.lost).toEqual([]);
  });

  test('a changed content', async () => {
    const verdict = await judge({ rows: [{ ...first, digest: digestContent({ index: 7 }) }, ...ROWS.slice(1)] });
    expect(verdict.changed).toEqual(['p-0']);
    expect(verdict.broken).toHaveLength(1);
  });

  test('a row that nobody logged', async () => {
    const stranger = { id: 'x', key: 'q-1', digest: 'y' };
    const verdict = await judge({ rows: [...ROWS, stranger], ledgerRows: 51 });
    expect(verdict.strangers).toEqual(['q-1']);
  });

  test('an event that is a row and a dead letter', async () => {
    const verdict = await judge({ deadLetters: [first] });
    expect(verdict.both).toEqual(['p-0']);
  });

  test('a sound event that was parked', async () => {
    const verdict = await judge({ rows: ROWS.slice(1), deadLetters: [first], ledgerRows: 49 });
    expect(verdict.misparked).toEqual(['p-0']);
    expect(verdict.lost).toEqual([]);
  });

  test('planted poison that was stored', async () => {
    expect((await judge({}, ['p-0'])).misparked).toEqual(['p-0']);
  });

  test('a dead letter that is there twice, and one that holds nothing known', async () => {
    const letters = [first, first, { id: 'sha256:1', key: null, digest: null }];
    const verdict = await judge({ rows: ROWS.slice(1), deadLetters: letters, ledgerRows: 49 }, ['p-0']);
    expect(verdict.duplicated).toEqual(['p-0']);
    expect(verdict.strangers).toEqual(['sha256:1']);
  });

  test('a ledger, a gauge and a fresh event that are not as promised', async () => {
    const verdict = await judge({ ledgerRows: 48, conservationDifference: 2, freshMs: 5001 });
    expect(verdict.broken).toEqual([
      'the ledger counts 48 rows, the table has 50',
      'the conservation gauge reads 2',
      'a fresh event was stored 5001 ms after the heal, promised are 5000 ms',
    ]);
    expect((await judge({ freshMs: null })).broken).toHaveLength(1);
  });

  test('a fault that did not happen', async () => {
    const verdict = await judge({ happened: [{ name: 'adopted', count: 0, least: 1 }] });
    expect(verdict.broken).toEqual(['vacuous: adopted happened 0 times, at least 1 were meant']);
  });

  test('a run in which nothing was acknowledged', async () => {
    const verdict = await createOracle().judge({ ...SOUND, rows: [], ledgerRows: 0 });
    expect(verdict.broken).toEqual(['vacuous: nothing was acknowledged']);
  });

  test('an event with two receipts, and an id given to two events', async () => {
    const oracle = createOracle();
    for (const key of ['a', 'b']) oracle.issue({ key, digest: key });
    oracle.acknowledge({ key: 'a', id: '1', level: 'queued' });
    oracle.acknowledge({ key: 'a', id: '2', level: 'stored' });
    oracle.acknowledge({ key: 'b', id: '1', level: 'queued' });
    const rows = [
      { id: '1', key: 'a', digest: 'a' },
      { id: '3', key: 'b', digest: 'b' },
    ];
    const { broken } = await oracle.judge({ ...SOUND, rows, ledgerRows: 2 });
    expect(broken.some((line) => line.startsWith('2 acknowledged under two ids'))).toBe(true);
  });
});

test('planted poison among the dead letters is as it should be', async () => {
  const verdict = await judge({ rows: ROWS.slice(1), deadLetters: [first], ledgerRows: 49 }, ['p-0']);
  expect(verdict.broken).toEqual([]);
});

test('a loss within its stated bound is counted and breaks no promise', async () => {
  const verdict = await judge({ rows: ROWS.slice(2), ledgerRows: 48, lossBound: 2 });
  expect(verdict.lost).toHaveLength(2);
  expect(verdict.broken).toEqual([]);
});

test('a row of an event without a receipt is no fault, nor is a rejected event without a row', async () => {
  const oracle = createOracle();
  for (const key of ['a', 'b', 'c']) oracle.issue({ key, digest: key });
  oracle.acknowledge({ key: 'a', id: '1', level: 'spooled' });
  oracle.reject('c', 'queue_full');
  expect(oracle.levels()).toEqual(new Map([['spooled', 1]]));
  const rows = [
    { id: '1', key: 'a', digest: 'a' },
    { id: '2', key: 'b', digest: 'b' },
  ];
  const verdict = await oracle.judge({ ...SOUND, rows, ledgerRows: 2 });
  expect(verdict.broken).toEqual([]);
  expect(verdict.rejected).toEqual({ queue_full: 1 });
});

test('a content has one digest whatever the order of its keys, and another for any other value', () => {
  const digest = digestContent({ a: 1, b: [{ c: null, d: 'x' }] });
  expect(digestContent({ b: [{ d: 'x', c: null }], a: 1 })).toBe(digest);
  expect(digestContent({ a: 1, b: [{ c: null, d: 'y' }] })).not.toBe(digest);
});
