import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { EmbeddedError, POSTGRES_TEST_SETTINGS, startPostgres } from '../src/index.ts';
import { makeDir } from './make-dir.ts';
import { query } from './query.ts';
import { takePort } from './take-port.ts';

const settings = POSTGRES_TEST_SETTINGS;

test('data is kept over a restart, on whatever port', async () => {
  const dataDir = makeDir();
  await using first = await startPostgres({ dataDir, settings });
  await query(first.url, `create table kept as select 'Grüße' as text`);
  await first.stop();
  await using second = await startPostgres({ dataDir, settings });
  expect(await query(second.url, 'select * from kept')).toEqual([{ text: 'Grüße' }]);
});

test('two first starts on one folder at the same time make one cluster and one server', async () => {
  const dataDir = makeDir();
  const starts = await Promise.allSettled([1, 2].map(async () => startPostgres({ dataDir, settings })));
  const started = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  onTestFinished(async () => {
    await Promise.all(started.map(async (server) => server.stop()));
  });
  expect(started).toHaveLength(1);
  expect(starts.find((start) => start.status === 'rejected')).toMatchObject({ reason: { code: 'data_dir_in_use' } });
});

test('a given port that is taken is refused with that fact', async () => {
  const dataDir = makeDir();
  const port = await takePort();
  await expect(startPostgres({ dataDir, settings, port })).rejects.toMatchObject({ code: 'port_taken' });
});

test('a server starts after kill -9, also when its old pid has become the pid of another program', async () => {
  const dataDir = makeDir();
  await using first = await startPostgres({ dataDir, settings });
  await query(first.url, 'create table kept as select 1 as one');
  first.kill('SIGKILL');
  expect(await first.exited).toEqual({ code: null, signal: 'SIGKILL' });
  const pidFile = join(dataDir, 'pgdata/postmaster.pid');
  await writeFile(pidFile, (await readFile(pidFile, 'utf8')).replace(/^\d+/, String(process.pid)));
  await using second = await startPostgres({ dataDir, settings });
  expect(await query(second.url, 'select * from kept')).toEqual([{ one: 1 }]);
});

test('a server that ends at start is reported with the last lines of its log', async () => {
  const start = startPostgres({ dataDir: makeDir(), settings: { no_such_setting: '1' } });
  await expect(start).rejects.toThrow(EmbeddedError);
  await expect(start).rejects.toMatchObject({
    code: 'start_failed',
    message: expect.stringContaining('no_such_setting'),
  });
});

test('what a first start that was killed left behind is not taken for a cluster', async () => {
  const dataDir = makeDir();
  await mkdir(join(dataDir, 'pgdata.new'));
  await writeFile(join(dataDir, 'pgdata.new/PG_VERSION'), '18\n');
  await using server = await startPostgres({ dataDir, settings });
  expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('stop may be called again and by several at once: all wait for the same end', async () => {
  const server = await startPostgres({ dataDir: makeDir(), settings });
  await Promise.all([server.stop(), server.stop()]);
  expect(await server.exited).toEqual({ code: 0, signal: null });
  await server.stop();
});
