import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { encodeFrame } from '../src/spool/frame.ts';
import { Keeper, type KeeperSurroundings } from '../src/spool/keeper.ts';
import { makeTempDir } from './support/temp-dir.ts';

const toId = (n: number): string => `01890a5d-ac96-774b-bcce-${String(n).padStart(12, '0')}`;
const toLine = (n: number): string => `{"v":1,"id":"${toId(n)}","event_type":"a.b"}`;
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

/** A keeper over a folder `p1` with segments of a test's own; `stored` is what Postgres has. */
function createBench(overrides: Partial<KeeperSurroundings> = {}) {
  const dir = makeTempDir();
  mkdirSync(join(dir, 'p1'));
  const stored = new Set<string>();
  const offered: number[] = [];
  const state = { room: Number.POSITIVE_INFINITY, confirmed: 0, corrupt: 0, lost: 0, errors: 0, isAway: false, now: 0 };
  const keeper = new Keeper({
    spoolDir: dir,
    offer: async (entries) => {
      const taken = entries.slice(0, Math.max(0, state.room));
      state.room -= taken.length;
      offered.push(...taken.map(({ line }) => Number(line.slice(41, 49))));
      return taken.length;
    },
    findSettled: async (ids) => {
      if (state.isAway) throw new Error('away');
      return new Set(ids.filter((id) => stored.has(id)));
    },
    now: () => state.now,
    onReplayed: () => undefined,
    onConfirmed: (frames) => void (state.confirmed += frames),
    onSegmentDone: () => undefined,
    onCorrupt: (costsEvent) => {
      state.corrupt += 1;
      state.lost += costsEvent ? 1 : 0;
    },
    onError: () => void (state.errors += 1),
    ...overrides,
  });
  const write = (segment: number, numbers: readonly number[]): string => {
    const path = join(dir, 'p1', `${String(segment).padStart(8, '0')}.spool`);
    writeFileSync(path, numbers.map((n) => encodeFrame({ lane: 'main', line: toLine(n) })).join(''));
    return path;
  };
  const writeOwn = (segment: number, numbers: readonly number[]): string => {
    keeper.written('p1', { segment, frame: numbers.length - 1 });
    return write(segment, numbers);
  };
  const store = (numbers: readonly number[]): void => numbers.forEach((n) => stored.add(toId(n)));
  return { dir, keeper, offered, state, write, writeOwn, store };
}

test('of our own segments only the frames that the queue did not take are offered, across many reads', async () => {
  const { keeper, offered, writeOwn } = createBench();
  writeOwn(1, range(0, 1000));
  expect(keeper.hasOffers()).toBe(false);
  for (const frame of [300, 301, 900]) keeper.offerLater('p1', { segment: 1, frame });
  expect(await keeper.offerFolder('p1', 2)).toBe(true);
  expect(offered).toEqual(range(300, 901));
  expect(keeper.hasOffers()).toBe(false);
});

test('a queue that takes a part gets the rest the next time, and what was marked meanwhile', async () => {
  const { keeper, offered, state, writeOwn } = createBench();
  writeOwn(1, range(0, 600));
  keeper.offerAll();
  state.room = 259;
  expect(await keeper.offerFolder('p1', 2)).toBe(false);
  keeper.offerLater('p1', { segment: 1, frame: 100 });
  state.room = Number.POSITIVE_INFINITY;
  expect(await keeper.offerFolder('p1', 2)).toBe(true);
  expect(new Set(offered)).toEqual(new Set(range(0, 600)));
  expect(offered.slice(0, 259)).toEqual(range(0, 259));
});

test('a segment that is being written is neither offered nor asked about', async () => {
  const { keeper, offered, writeOwn, store } = createBench();
  const path = writeOwn(5, range(0, 3));
  keeper.offerAll();
  store(range(0, 3));
  expect(await keeper.offerFolder('p1', 5)).toBe(true);
  expect(await keeper.confirmFolder('p1', 5)).toBe(0);
  expect(offered).toEqual([]);
  expect(existsSync(path)).toBe(true);
});

test('a segment goes when all of it is settled; one event that hangs does not hold up the segments behind it', async () => {
  const { dir, keeper, writeOwn, store, state } = createBench();
  range(1, 9).forEach((segment) => writeOwn(segment, range(segment * 10, segment * 10 + 10)));
  store(range(10, 15));
  store(range(16, 90));
  expect(await keeper.confirmFolder('p1', 9)).toBe(1);
  expect(readdirSync(join(dir, 'p1'))).toEqual(['00000001.spool']);
  expect(state.confirmed).toBe(75);
  store([15]);
  expect(await keeper.confirmFolder('p1', 9)).toBe(0);
  expect(state.confirmed).toBe(80);
});

test('an event that somebody removed from Redis is offered again when later ones have long been stored', async () => {
  const { keeper, offered, writeOwn, store, state } = createBench();
  writeOwn(1, range(0, 10));
  store([0, 1, 2, 4, 5]);
  await keeper.confirmFolder('p1', 2);
  state.now = 299_999;
  await keeper.confirmFolder('p1', 2);
  expect(keeper.hasOffers()).toBe(false);
  state.now = 300_000;
  await keeper.confirmFolder('p1', 2);
  await keeper.offerFolder('p1', 2);
  expect(offered).toEqual([3, 6, 7, 8, 9]);
});

test('an event that waits its turn is not offered again, however long it waits', async () => {
  const { keeper, writeOwn, store, state } = createBench();
  writeOwn(1, range(0, 10));
  store([0, 1, 2]);
  for (state.now = 0; state.now < 1_000_000; state.now += 100_000) await keeper.confirmFolder('p1', 2);
  expect(keeper.hasOffers()).toBe(false);
});

test('while nothing is stored, few questions are asked however many segments wait', async () => {
  let asked = 0;
  const { keeper, writeOwn } = createBench({
    findSettled: async () => {
      asked += 1;
      return new Set();
    },
  });
  range(1, 101).forEach((segment) => writeOwn(segment, range(0, 1500)));
  expect(await keeper.confirmFolder('p1', 101)).toBe(100);
  expect(asked).toBe(4);
});

test('what another process left is offered but for what is stored; all of it when Postgres cannot be asked', async () => {
  const asked = createBench();
  asked.write(1, range(0, 300));
  asked.store(range(0, 250));
  expect(await asked.keeper.offerFolder('p1', Number.POSITIVE_INFINITY)).toBe(true);
  expect(asked.offered).toEqual(range(250, 300));

  const away = createBench();
  away.write(1, range(0, 300));
  away.state.isAway = true;
  expect(await away.keeper.offerFolder('p1', Number.POSITIVE_INFINITY)).toBe(true);
  expect(away.offered).toEqual(range(0, 300));
  await expect(away.keeper.confirmFolder('p1', Number.POSITIVE_INFINITY)).rejects.toThrow('away');
  expect(existsSync(join(away.dir, 'p1', '00000001.spool'))).toBe(true);
});

test('without a database everything is offered once and nothing is ever removed', async () => {
  const { dir, keeper, offered, write, store } = createBench({ findSettled: null });
  write(1, range(0, 10));
  store(range(0, 10));
  expect(await keeper.offerFolder('p1', Number.POSITIVE_INFINITY)).toBe(true);
  expect(await keeper.offerFolder('p1', Number.POSITIVE_INFINITY)).toBe(true);
  expect(offered).toEqual(range(0, 10));
  expect(await keeper.confirmFolder('p1', Number.POSITIVE_INFINITY)).toBe(1);
  expect(readdirSync(join(dir, 'p1'))).toHaveLength(1);
});

test('what a failed write left behind our frames has no receipt and is not waited for', async () => {
  const { keeper, store, writeOwn } = createBench();
  const path = writeOwn(1, range(0, 5));
  appendFileSync(path, encodeFrame({ lane: 'main', line: toLine(99) }));
  store(range(0, 5));
  expect(await keeper.confirmFolder('p1', 2)).toBe(0);
});

test('damage in a kept segment costs its own frame on disk, is put aside, and no event behind it goes unasked', async () => {
  for (const index of [20, 100, 170]) {
    const { dir, keeper, store, state, writeOwn } = createBench();
    const path = writeOwn(1, range(0, 3));
    const bytes = readFileSync(path);
    // Breaks a frame in two pieces, the worst for the numbers of those behind it.
    bytes[index] = 0x0a;
    writeFileSync(path, bytes);
    store(range(0, 2));
    const isLastDamaged = index > (bytes.length / 3) * 2;
    expect(await keeper.confirmFolder('p1', 2)).toBe(isLastDamaged ? 0 : 1);
    store([2]);
    expect(await keeper.confirmFolder('p1', 2)).toBe(0);
    expect(state.corrupt).toBeGreaterThan(0);
    // Redis was given it before the receipt: the event is not lost for that.
    expect(state.lost).toBe(0);
    expect(existsSync(join(dir, 'corrupt.frames'))).toBe(true);
  }
});
