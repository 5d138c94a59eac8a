import { expect, test } from 'vitest';
import { toUnreachable } from '../start/servers.ts';

const REFUSED = new Error('connect ECONNREFUSED 127.0.0.1:1');

test('an address that the env file of an earlier start gave is told as such, with both names to unset', () => {
  const given = { name: 'REDIS_URL', url: 'redis://default:hidden@127.0.0.1:1', isEnvFileRead: true } as const;
  const { message } = toUnreachable(given, REFUSED);
  expect(message).toContain('Redis at redis://default:***@127.0.0.1:1 cannot be used: connect ECONNREFUSED');
  expect(message).toMatch(/env file .* read into this shell .*unset REDIS_URL DATABASE_URL/u);
});

test('an address of somebody else is theirs to correct', () => {
  const given = { name: 'DATABASE_URL', url: 'postgres://127.0.0.1:1/x', isEnvFileRead: false } as const;
  expect(toUnreachable(given, REFUSED).message).toContain(
    'start that server, correct DATABASE_URL, or unset it to use an embedded Postgres',
  );
});
