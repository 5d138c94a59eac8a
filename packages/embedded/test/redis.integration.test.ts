import { readFile, stat } from 'node:fs/promises';

import { Redis } from 'ioredis';
import { expect, test } from 'vitest';

import { startRedis } from '../src/index.ts';
import { makeDir } from './make-dir.ts';
import { takePort } from './take-port.ts';

async function ask<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { retryStrategy: () => null });
  redis.on('error', () => undefined);
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

test('what was acknowledged before kill -9 is there after the next start', async () => {
  const dataDir = makeDir();
  await using first = await startRedis({ dataDir });
  await ask(first.url, async (redis) => redis.lpush('kept', 'a', 'b'));
  first.kill('SIGKILL');
  await first.exited;
  await using second = await startRedis({ dataDir });
  expect(await ask(second.url, async (redis) => redis.lrange('kept', 0, -1))).toEqual(['b', 'a']);
});

test('the server fsyncs always, evicts nothing, packs lists and listens on loopback', async () => {
  await using server = await startRedis({ dataDir: makeDir() });
  const names = ['appendonly', 'appendfsync', 'maxmemory-policy', 'list-max-ziplist-size', 'bind'];
  const values = await ask(server.url, async (redis) =>
    Promise.all(names.map(async (name) => redis.config('GET', name))),
  );
  expect(JSON.stringify(values)).toBe(
    JSON.stringify([
      ['appendonly', 'yes'],
      ['appendfsync', 'always'],
      ['maxmemory-policy', 'noeviction'],
      ['list-max-ziplist-size', '-4'],
      ['bind', '127.0.0.1'],
    ]),
  );
});

test('without the generated password no command is served, and others can neither read it nor the data', async () => {
  const dataDir = makeDir();
  await using server = await startRedis({ dataDir });
  const bare = ask(`redis://127.0.0.1:${server.port}`, async (redis) => redis.get('x'));
  await expect(bare).rejects.toThrow('NOAUTH');
  const { username, password } = new URL(server.url);
  expect(username).toBe('default'); // redis-cli -u sends an empty name otherwise, and is refused
  expect(password).toMatch(/^[\da-f]{48}$/);
  expect(await readFile(`/proc/${server.pid}/cmdline`, 'utf8')).not.toContain(password);
  expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
});

test('a second start on the folder of a live server is refused and names its pid', async () => {
  const dataDir = makeDir();
  await using server = await startRedis({ dataDir });
  const second = startRedis({ dataDir });
  await expect(second).rejects.toMatchObject({
    code: 'data_dir_in_use',
    message: expect.stringContaining(String(server.pid)),
  });
});

test('a given port that is taken is refused with that fact', async () => {
  const port = await takePort();
  await expect(startRedis({ dataDir: makeDir(), port })).rejects.toMatchObject({ code: 'port_taken' });
});

test('a server that ends at start is reported with the last lines of its log', async () => {
  const start = startRedis({ dataDir: makeDir(), settings: { 'no-such-setting': '1' } });
  await expect(start).rejects.toMatchObject({
    code: 'start_failed',
    message: expect.stringContaining('no-such-setting'),
  });
});
