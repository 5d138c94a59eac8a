import { expect, test } from 'vitest';
import { openRedis } from '../src/servers/redis-client.ts';

test('a Redis that is not there is told by its address, and not by its password', async () => {
  const opening = openRedis('redis://:secret@127.0.0.1:1');
  await expect(opening).rejects.toThrow(/^Redis cannot be reached at 127\.0\.0\.1:1$/);
  await expect(opening).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
});
