import { expect, test } from 'vitest';
import { GroupCommit } from '../src/spool/group-commit.ts';

/** A group commit whose writes a test answers by hand. */
function createBench(room = 1_000_000) {
  const writes: { readonly text: string; resolve(): void; reject(error: Error): void }[] = [];
  const settled: string[] = [];
  const state = { now: 0, failed: 0, faults: 0, full: 0, written: 0 };
  const commit = new GroupCommit({
    write: ({ bytes }) =>
      new Promise((resolve, reject) =>
        writes.push({ text: bytes.toString(), resolve: () => resolve({ segment: 1, frame: 0 }), reject }),
      ),
    onFault: () => {
      state.faults += 1;
    },
    room: () => room - state.written,
    onWritten: (bytes) => {
      state.written += bytes;
    },
    onFailed: () => {
      state.failed += 1;
    },
    onFull: () => {
      state.full += 1;
    },
    now: () => state.now,
  });
  const append = (line: string): void =>
    commit.append({
      lane: 'main',
      line,
      spooled: () => void settled.push(`${line} spooled`),
      unspoolable: () => void settled.push(`${line} refused`),
    });
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { commit, append, writes, settled, state, turn };
}

test('no receipt before the sync, and entries that come meanwhile share the next one', async () => {
  const bench = createBench();
  bench.append('a');
  await bench.turn();
  bench.append('b');
  bench.append('c');
  await bench.turn();
  expect(bench.writes).toHaveLength(1);
  expect(bench.settled).toEqual([]);
  bench.writes[0]?.resolve();
  await bench.turn();
  expect(bench.settled).toEqual(['a spooled']);
  expect(bench.writes[1]?.text).toMatch(/ b\n.* c\n$/);
});

test('entries of a failed sync are written once more, elsewhere, before they are given up', async () => {
  const bench = createBench();
  bench.append('a');
  await bench.turn();
  bench.writes[0]?.reject(Object.assign(new Error('i/o error'), { code: 'EIO' }));
  await bench.turn();
  expect(bench.writes[1]?.text).toBe(bench.writes[0]?.text);
  bench.writes[1]?.resolve();
  await bench.turn();
  expect(bench.settled).toEqual(['a spooled']);
  expect(bench.state.failed).toBe(0);
});

test('a disk that fails twice refuses what waits, and is left alone for two seconds', async () => {
  const bench = createBench();
  bench.append('a');
  await bench.turn();
  bench.append('b');
  const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
  bench.writes[0]?.reject(full);
  await bench.turn();
  bench.writes[1]?.reject(full);
  await bench.turn();
  bench.append('c');
  expect(bench.settled).toEqual(['a refused', 'b refused', 'c refused']);
  expect(bench.writes).toHaveLength(2);
  bench.state.now = 2001;
  bench.append('d');
  await bench.turn();
  bench.writes[2]?.resolve();
  await bench.turn();
  expect(bench.settled.at(-1)).toBe('d spooled');
  expect(bench.state.failed).toBe(1);
});

test('work done exclusively meets no write', async () => {
  const bench = createBench();
  bench.append('a');
  const log: string[] = [];
  const work = bench.commit.exclusively(async () => void log.push(`writes: ${bench.settled.length}`));
  await bench.turn();
  expect(log).toEqual([]);
  bench.writes[0]?.resolve();
  await work;
  expect(log).toEqual(['writes: 1']);
});
