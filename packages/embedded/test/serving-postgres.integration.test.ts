import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { makeRunDir } from '@auditlane/testkit';
import { afterAll, expect, test } from 'vitest';

import { POSTGRES_SETTINGS, POSTGRES_TEST_SETTINGS, startPostgres } from '../src/index.ts';
import { query } from './query.ts';

// One server for the tests that only look at it. Its folder is far longer than the 107 bytes that the path of a unix
// socket may have, so each test also shows that this is no obstacle.
const dir = makeRunDir();
const dataDir = join(dir.path, 'a'.repeat(120), 'b'.repeat(120));
const server = await startPostgres({ dataDir, database: 'other' });
afterAll(async () => {
  await server.stop();
  dir.remove();
});

test('the database is UTF-8, sorts by code point and listens on loopback TCP alone', async () => {
  const [row] = await query(
    server.url,
    `select current_database() as name, pg_encoding_to_char(encoding) as encoding, datcollate as collate,
            current_setting('listen_addresses') as addresses, current_setting('unix_socket_directories') as sockets
     from pg_database where datname = current_database()`,
  );
  expect(row).toEqual({ name: 'other', encoding: 'UTF8', collate: 'C.UTF-8', addresses: '127.0.0.1', sockets: '' });
});

test('without the generated password nobody gets in, and nobody else can read it', async () => {
  const url = new URL(server.url);
  url.password = 'guessed';
  await expect(query(url.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  expect((await stat(join(dataDir, 'postgres.password'))).mode & 0o777).toBe(0o600);
  expect(await readFile(`/proc/${server.pid}/cmdline`, 'utf8')).not.toContain(new URL(server.url).password);
});

test('the settings of npm start are the ones the server runs with', async () => {
  const rows = await query(server.url, 'select name, current_setting(name) as value from pg_settings');
  const wanted = Object.entries(POSTGRES_SETTINGS).map(([name, value]) => ({ name, value }));
  expect(rows).toEqual(expect.arrayContaining(wanted));
});

test('a second start on the folder is refused, names the pid, and the first lives on', async () => {
  const second = startPostgres({ dataDir, settings: POSTGRES_TEST_SETTINGS });
  const message: unknown = expect.stringContaining(String(server.pid));
  await expect(second).rejects.toMatchObject({ code: 'data_dir_in_use', message });
  expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
});
