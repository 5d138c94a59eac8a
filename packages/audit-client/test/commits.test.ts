import { expect, test } from 'vitest';
import { Commits } from '../src/critical/commits.ts';

function createBench(maxAtOnce = 2) {
  const batches: {
    readonly lines: readonly string[];
    resolve(refused: ReadonlySet<number>): void;
    reject(error: Error): void;
  }[] = [];
  const settled: string[] = [];
  const commits = new Commits(
    (lines) => new Promise((resolve, reject) => batches.push({ lines, resolve, reject })),
    maxAtOnce,
  );
  const add = (name: string, deadlineAt = 1000): void =>
    commits.add({
      line: name,
      bytes: 10,
      deadlineAt,
      stored: () => void settled.push(`${name} stored`),
      failed: (error) => void settled.push(`${name} ${error instanceof Error ? error.name : 'failed'}`),
    });
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  return { commits, add, batches, settled, turn };
}

test('calls that wait while a commit is under way go together in the next', async () => {
  const bench = createBench();
  bench.add('a');
  await bench.turn();
  bench.add('b');
  bench.add('c');
  await bench.turn();
  expect(bench.batches.map(({ lines }) => lines)).toEqual([['a']]);
  bench.batches[0]?.resolve(new Set());
  await bench.turn();
  expect(bench.batches.map(({ lines }) => lines)).toEqual([['a'], ['b', 'c']]);
  expect(bench.settled).toEqual(['a stored']);
});

test('a refused row fails alone, an outage fails the whole commit', async () => {
  const bench = createBench();
  bench.add('a');
  bench.add('b');
  await bench.turn();
  bench.batches[0]?.resolve(new Set([1]));
  await bench.turn();
  bench.add('c');
  bench.add('d');
  await bench.turn();
  bench.batches[1]?.reject(new RangeError('outage'));
  await bench.turn();
  expect(bench.settled).toEqual(['a stored', 'b RefusedRowError', 'c RangeError', 'd RangeError']);
});

test('at its deadline a call fails once, and the next commit does not wait for the stuck one', async () => {
  const bench = createBench();
  bench.add('stuck', 100);
  await bench.turn();
  bench.add('next', 1000);
  bench.commits.tick(100);
  await bench.turn();
  expect(bench.settled).toEqual(['stuck CommitDeadlineError']);
  expect(bench.batches.map(({ lines }) => lines)).toEqual([['stuck'], ['next']]);
  bench.batches[0]?.resolve(new Set());
  bench.batches[1]?.resolve(new Set());
  await bench.turn();
  expect(bench.settled).toEqual(['stuck CommitDeadlineError', 'next stored']);
});

test('no more commits are stuck at once than there are connections', async () => {
  const bench = createBench(2);
  for (const [index, name] of ['a', 'b', 'c'].entries()) {
    bench.add(name, index + 1);
    await bench.turn();
    bench.commits.tick(index + 1);
    await bench.turn();
  }
  expect(bench.batches).toHaveLength(2);
  expect(bench.settled).toEqual(['a CommitDeadlineError', 'b CommitDeadlineError', 'c CommitDeadlineError']);
});
