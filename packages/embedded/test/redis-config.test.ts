import { expect, test } from 'vitest';

import { toRedisConfig } from '../src/redis/redis-config.ts';

const place = { dir: '/data', port: 7000, settings: {} };

test('the list setting has the name that the version knows', () => {
  expect(toRedisConfig(6, place)).toContain('list-max-ziplist-size "-4"\n');
  expect(toRedisConfig(6, place)).not.toContain('listpack');
  expect(toRedisConfig(7, place)).toContain('list-max-listpack-size "-4"\n');
});

test('a caller may change a default but not where the server listens', () => {
  const text = toRedisConfig(7, { ...place, settings: { appendfsync: 'no', bind: '0.0.0.0', port: '1' } });
  expect(text).toContain('appendfsync "no"\n');
  expect(text).toContain('bind 127.0.0.1\n');
  expect(text).toContain('port "7000"\n');
  expect(text).not.toContain('0.0.0.0');
});

test('a folder with quotes and backslashes stays one value', () => {
  expect(toRedisConfig(7, { ...place, dir: '/a "b"\\c' })).toContain('dir "/a \\"b\\"\\\\c"\n');
});
