import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '@auditlane/testkit';
import { expect, test } from 'vitest';
import { describeOwner, OWNER_STALE_MS } from '../src/spool/owner.ts';
import { createSpoolBench, readSpooledLines } from './support/spool-bench.ts';
import { makeTempDir } from './support/temp-dir.ts';

function lines(count: number, prefix = 'line'): string[] {
  return Array.from({ length: count }, (_, index) => JSON.stringify({ name: `${prefix}-${index}` }));
}

test('an entry is on the disk, in a folder only its user can read, when the receipt is given', async () => {
  const dir = join(makeTempDir(), 'a', 'spool');
  const bench = createSpoolBench(dir, { producerId: 'p1' });
  expect(await bench.append('{"n":1}', 'urgent')).toBe('spooled');
  expect(readSpooledLines(dir)).toEqual(['{"n":1}']);
  expect(statSync(dir).mode & 0o777).toBe(0o700);
  expect(statSync(join(dir, 'p1', '00000001.spool')).mode & 0o777).toBe(0o600);
});

test('entries are replayed in order with their lanes, and the files are removed only afterwards', async () => {
  const dir = makeTempDir();
  const bench = createSpoolBench(dir);
  const all = lines(700);
  await Promise.all(all.map((line, index) => bench.append(line, index % 7 === 0 ? 'urgent' : 'main')));
  bench.state.room = 300;
  await bench.replay(300);
  expect(readSpooledLines(dir)).toEqual(all);
  bench.state.room = Number.POSITIVE_INFINITY;
  await bench.replay(700);
  expect(bench.queue.map((entry) => entry.line)).toEqual(all);
  expect(bench.queue.every((entry, index) => entry.lane === (index % 7 === 0 ? 'urgent' : 'main'))).toBe(true);
  await waitFor(() => bench.spool.stats.bytes === 0);
  expect(bench.spool.stats).toMatchObject({ bytes: 0, replayed: 700 });
  expect(readSpooledLines(dir)).toEqual([]);
});

test('entries spooled during a replay are replayed too', async () => {
  const bench = createSpoolBench(makeTempDir());
  await Promise.all(lines(10, 'a').map((line) => bench.append(line)));
  bench.state.room = 5;
  await bench.replay(5);
  await Promise.all(lines(10, 'b').map((line) => bench.append(line)));
  bench.state.room = Number.POSITIVE_INFINITY;
  await bench.replay(20);
  expect(bench.queue.map((entry) => entry.line)).toEqual([...lines(10, 'a'), ...lines(10, 'b')]);
});

test('above its size the spool refuses, and takes again when the queue has emptied it', async () => {
  const bench = createSpoolBench(makeTempDir(), { maxBytes: 240 });
  const answers = await Promise.all(lines(20).map((line) => bench.append(line)));
  expect(answers.filter((answer) => answer === 'spooled')).toHaveLength(7);
  expect(answers.slice(0, 7).every((answer) => answer === 'spooled')).toBe(true);
  expect(bench.warnings).toContain('audit spool is full, events wait in memory');
  await bench.replay(7);
  await waitFor(() => bench.spool.stats.bytes === 0);
  expect(await bench.append('{}')).toBe('spooled');
});

test.each(['removed', 'moved away'])(
  'a folder %s under its writer costs nothing: the next entry is written anew',
  async (how) => {
    const dir = makeTempDir();
    const bench = createSpoolBench(dir, { producerId: 'p1' });
    await bench.append('{"n":1}');
    if (how === 'removed') rmSync(join(dir, 'p1'), { recursive: true });
    else renameSync(join(dir, 'p1'), join(dir, 'elsewhere'));
    expect(await bench.append('{"n":2}')).toBe('spooled');
    expect(existsSync(join(dir, 'p1', '00000002.spool'))).toBe(true);
    expect(readSpooledLines(dir).filter((line) => line === '{"n":2}').length).toBeGreaterThan(0);
  },
);

test('a folder that cannot be used refuses entries, says so once, and is tried again later', async () => {
  const dir = join(makeTempDir(), 'spool');
  writeFileSync(dir, 'a file in the way');
  let now = 0;
  const bench = createSpoolBench(dir, { now: () => now });
  expect(await bench.append('{"n":1}')).toBe('unspoolable');
  expect(await bench.append('{"n":2}')).toBe('unspoolable');
  expect(bench.warnings).toEqual(['audit spool cannot be written, events wait in memory']);
  rmSync(dir);
  expect(await bench.append('{"n":3}')).toBe('unspoolable');
  now = 2001;
  expect(await bench.append('{"n":4}')).toBe('spooled');
});

test('a link in place of the folder is refused', async () => {
  const base = makeTempDir();
  mkdirSync(join(base, 'target'));
  symlinkSync(join(base, 'target'), join(base, 'spool'));
  const bench = createSpoolBench(join(base, 'spool'));
  expect(await bench.append('{}')).toBe('unspoolable');
  expect(readdirSync(join(base, 'target'))).toEqual([]);
});

/** A folder as a process that has ended left it. */
async function leaveBehind(dir: string, owner: Record<string, unknown>, content = lines(3, 'left')): Promise<string> {
  const bench = createSpoolBench(dir, { producerId: 'dead' });
  for (const line of content) await bench.append(line);
  const file = join(dir, 'dead', 'owner.json');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...owner }));
  return join(dir, 'dead');
}

const ended = (): { pid: number } => ({ pid: spawnSync(process.execPath, ['-e', '']).pid });

test('what a dead process left is adopted once and replayed in order', async () => {
  const dir = makeTempDir();
  await leaveBehind(dir, ended());
  const benches = [createSpoolBench(dir), createSpoolBench(dir), createSpoolBench(dir)];
  await Promise.all(benches.map((bench) => bench.spool.queueAnswers()));
  await waitFor(() => {
    for (const bench of benches) bench.spool.tick(performance.now(), true);
    return benches.reduce((sum, bench) => sum + bench.queue.length, 0) === 3;
  });
  expect(benches.map((bench) => bench.spool.stats.adopted).toSorted()).toEqual([0, 0, 1]);
  expect(benches.flatMap((bench) => bench.queue.map((entry) => entry.line))).toEqual(lines(3, 'left'));
  await waitFor(() => readdirSync(dir).length === 0);
});

test('a reused pid does not make a dead process alive', async () => {
  const dir = makeTempDir();
  await leaveBehind(dir, { pid: process.pid, start: '1' });
  const bench = createSpoolBench(dir);
  await bench.spool.queueAnswers();
  expect(bench.spool.stats.adopted).toBe(1);
  await bench.replay(3);
  expect(bench.queue).toHaveLength(3);
});

test('folders of living processes, and of those of another queue, are left alone', async () => {
  const dir = makeTempDir();
  const folder = await leaveBehind(dir, {});
  const bench = createSpoolBench(dir);
  await bench.spool.queueAnswers();
  expect(bench.spool.stats.adopted).toBe(0);
  const file = join(folder, 'owner.json');
  writeFileSync(file, JSON.stringify({ ...(await describeOwner('another queue')), ...ended() }));
  const other = createSpoolBench(dir);
  await other.spool.queueAnswers();
  expect(other.warnings).toEqual(['audit spool holds events of dead processes for another queue']);
  expect(existsSync(folder)).toBe(true);
});

test('on another machine or boot the age of the owner file decides', async () => {
  const dir = makeTempDir();
  const folder = await leaveBehind(dir, { boot: 'another boot' });
  const young = createSpoolBench(dir);
  await young.spool.queueAnswers();
  const file = join(folder, 'owner.json');
  const long = (Date.now() - OWNER_STALE_MS - 1000) / 1000;
  utimesSync(file, long, long);
  const old = createSpoolBench(dir);
  await old.spool.queueAnswers();
  await old.replay(3);
  expect(young.spool.stats.adopted).toBe(0);
});

test('a writer whose folder was adopted while it lived goes on without loss', async () => {
  const dir = makeTempDir();
  const alive = createSpoolBench(dir, { producerId: 'alive' });
  await alive.append('{"n":1}');
  const file = join(dir, 'alive', 'owner.json');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...ended() }));
  const thief = createSpoolBench(dir);
  await thief.spool.queueAnswers();
  expect(thief.spool.stats.adopted).toBe(1);
  expect(await alive.append('{"n":2}')).toBe('spooled');
  await thief.replay(1);
  await alive.replay(1);
  const found = new Set([...thief.queue, ...alive.queue].map((entry) => entry.line));
  expect([...found].toSorted()).toEqual(['{"n":1}', '{"n":2}']);
});

test('a torn tail is ignored, a damaged frame is counted and its bytes are put aside', async () => {
  const dir = makeTempDir();
  const folder = await leaveBehind(dir, ended());
  const segment = join(folder, '00000001.spool');
  const bytes = readFileSync(segment);
  bytes[bytes.indexOf('left-1')] = 0x4c;
  writeFileSync(segment, bytes);
  appendFileSync(segment, 'deadbeefm {"torn":');
  const bench = createSpoolBench(dir);
  await bench.spool.queueAnswers();
  await bench.replay(2);
  expect(bench.queue.map((entry) => entry.line)).toEqual([lines(3, 'left')[0], lines(3, 'left')[2]]);
  await waitFor(() => bench.spool.stats.corrupt === 1);
  await waitFor(() => readdirSync(dir).join() === 'corrupt.frames');
  expect(readFileSync(join(dir, 'corrupt.frames'), 'utf8')).toContain('Left-1');
  expect(bench.state.corrupt).toBe(1);
});

test('what a failed write left in a segment does not hide the segments behind it from the replay', async () => {
  const dir = makeTempDir();
  const bench = createSpoolBench(dir, { producerId: 'p1' });
  for (const line of lines(3, 'a')) await bench.append(line);
  bench.state.room = 0;
  bench.spool.tick(performance.now(), true);
  appendFileSync(join(dir, 'p1', '00000001.spool'), 'x'.repeat(1000));
  await waitFor(async () => {
    await bench.append(lines(1, 'b')[0] ?? '');
    return existsSync(join(dir, 'p1', '00000002.spool'));
  });
  const spooled = readSpooledLines(dir);
  bench.state.room = 3;
  await bench.replay(3);
  await waitFor(() => !existsSync(join(dir, 'p1', '00000001.spool')));
  bench.state.room = Number.POSITIVE_INFINITY;
  await bench.replay(spooled.length);
  expect(bench.queue.map((entry) => entry.line)).toEqual(spooled);
  await waitFor(() => bench.spool.stats.bytes === 0);
});

test('the room of a folder that others took or removed is free again', async () => {
  const dir = makeTempDir();
  const bench = createSpoolBench(dir, { producerId: 'p1', maxBytes: 200 });
  for (const line of lines(7)) await bench.append(line);
  rmSync(join(dir, 'p1'), { recursive: true });
  await waitFor(() => {
    bench.spool.tick(performance.now(), true);
    return bench.spool.stats.bytes === 0;
  });
  expect(await bench.append('{}')).toBe('spooled');
});

test('close removes an empty folder and leaves a full one to the next process', async () => {
  const dir = makeTempDir();
  const empty = createSpoolBench(dir, { producerId: 'empty' });
  const full = createSpoolBench(dir, { producerId: 'full' });
  await empty.append('{}');
  await empty.replay(1);
  await waitFor(() => empty.spool.stats.bytes === 0);
  full.state.room = 0;
  await full.append('{}');
  await Promise.all([empty.spool.close(), full.spool.close()]);
  expect(readdirSync(dir)).toEqual(['full']);
});

test('close tells once where events are left, how many and how large, and nothing of an empty spool', async () => {
  const dir = makeTempDir();
  const told: unknown[] = [];
  const bench = createSpoolBench(dir, {
    producerId: 'p1',
    warnings: { warn: (condition, facts) => told.push([condition, facts]) },
  });
  await createSpoolBench(dir, { warnings: { warn: (condition) => told.push(condition) } }).spool.close();
  expect(told).toEqual([]);
  for (const line of lines(3)) await bench.append(line);
  await bench.spool.close();
  const { size } = statSync(join(dir, 'p1', '00000001.spool'));
  expect(told).toEqual([[expect.stringContaining('wait on disk'), { dir, bytes: size, events: 3 }]]);
});

test('close of a spool that cannot be read tells that events are left all the same', async () => {
  const dir = makeTempDir();
  const bench = createSpoolBench(dir, { producerId: 'p1' });
  await bench.append('{}');
  rmSync(join(dir, 'p1'), { recursive: true });
  writeFileSync(join(dir, 'p1'), 'a file in the way');
  await bench.spool.close();
  expect(bench.warnings).toEqual([expect.stringContaining('wait on disk')]);
});

test('a folder without write permission refuses entries', async (context) => {
  if (process.getuid?.() === 0) context.skip('root may write anywhere');
  const dir = makeTempDir();
  chmodSync(dir, 0o500);
  expect(await createSpoolBench(join(dir, 'spool')).append('{}')).toBe('unspoolable');
});
