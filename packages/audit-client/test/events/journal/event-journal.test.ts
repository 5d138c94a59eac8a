import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '@auditlane/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { EventJournal, type JournalOptions } from '../../../src/events/journal/event-journal.ts';
import { readSpooledLines } from '../../support/spool-bench.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

function createJournal(options: Partial<JournalOptions> = {}) {
  const spoolDir = options.spoolDir ?? makeTempDir();
  const warnings: string[] = [];
  const journal = new EventJournal({
    spoolDir,
    name: 'p-journal-1',
    target: 'target',
    guarantee: 'durable',
    maxBytes: 10_000_000,
    warnings: { warn: (condition) => void warnings.push(condition) },
    ...options,
  });
  onTestFinished(() => journal.close());
  const folder = join(spoolDir, 'p-journal-1');
  const segments = (): readonly string[] => readdirSync(folder).filter((name) => name.endsWith('.spool'));
  const write = (id: string): Promise<number | null> => journal.write({ lane: 'main', line: `{"id":"${id}"}` });
  return { journal, spoolDir, folder, segments, write, warnings };
}

test('what is written is on the disk, in the format of the spool, with an owner who lives', async () => {
  const { spoolDir, folder, write } = createJournal();
  expect(await Promise.all(['a', 'b'].map(write))).toEqual([1, 1]);
  expect(readSpooledLines(spoolDir)).toEqual(['{"id":"a"}', '{"id":"b"}']);
  expect(existsSync(join(folder, 'owner.json'))).toBe(true);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

test('no folder is made before the first event', async () => {
  const { journal, folder } = createJournal();
  await journal.close();
  expect(existsSync(folder)).toBe(false);
});

test('a segment whose every event is done is removed, and one with an open event stays', async () => {
  const { journal, segments, write } = createJournal();
  const [first, second] = [await write('a'), await write('b')];
  journal.done(first ?? 0);
  expect(segments()).toEqual(['00000001.spool']);
  journal.done(second ?? 0);
  await waitFor(() => journal.bytes === 0);
  expect(segments()).toEqual([]);
  expect(await write('c')).toBe(2);
  expect(segments()).toEqual(['00000002.spool']);
});

test('clear removes what is done without waiting for a round, and leaves what is not', async () => {
  const { journal, segments, write } = createJournal();
  const first = await write('a');
  await journal.clear();
  expect(segments()).toEqual(['00000001.spool']);
  journal.done(first ?? 0);
  await journal.clear();
  expect([segments(), journal.bytes]).toEqual([[], 0]);
  expect(await write('b')).toBe(2);
});

test('close leaves what is not done, and removes the folder when nothing is left', async () => {
  const open = createJournal();
  await open.write('a');
  await open.journal.close();
  expect(readSpooledLines(open.spoolDir)).toEqual(['{"id":"a"}']);
  const done = createJournal();
  done.journal.done((await done.write('a')) ?? 0);
  await done.journal.close();
  expect(readdirSync(done.spoolDir)).toEqual([]);
});

test('a full journal answers that the disk does not take it, and takes more when there is room again', async () => {
  const { journal, write, warnings } = createJournal({ maxBytes: 60 });
  const first = await write('a');
  expect(await write('b'.repeat(40))).toBeNull();
  expect(warnings).toHaveLength(1);
  journal.done(first ?? 0);
  await waitFor(() => journal.bytes === 0);
  expect(await write('c')).not.toBeNull();
});

test('a disk that fails answers so, and a folder that vanished is made again', async () => {
  const failing = createJournal({ openFile: () => Promise.reject(new Error('EIO')) });
  expect(await failing.write('a')).toBeNull();
  const { folder, write } = createJournal();
  await write('a');
  rmSync(folder, { recursive: true });
  expect(await write('b')).not.toBeNull();
  expect(existsSync(folder)).toBe(true);
});
