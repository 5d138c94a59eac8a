import { readFileSync } from 'node:fs';
import { useRedis } from '@auditlane/testkit';
import { expect, test } from 'vitest';
import { claimSome, entries, KEYS, openQueue } from './support/test-queue.ts';

const { url, redis } = await useRedis();

/** What an operator types to move a held entry to the dead letters, as the documentation has it. */
function readDocumentedMove(): { readonly script: string; readonly keys: readonly string[] } {
  const text = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
  const found = /redis-cli -u "\$REDIS_URL" eval "(?<script>[^"]+)" 3 (?<keys>\S+ \S+ \S+) 0$/mu.exec(text)?.groups;
  return { script: found?.['script'] ?? '', keys: (found?.['keys'] ?? '').split(' ') };
}

function moveHeld(index: number): Promise<unknown> {
  const { script, keys } = readDocumentedMove();
  return redis.call('EVAL', [script, keys.length, ...keys, index]);
}

test('the documented command moves one held entry to the dead letters, and the sums stay closed', async () => {
  const { queue } = openQueue(url);
  await queue.enqueue(entries(3), { lane: 'main', capacity: 1000 });
  const claim = await claimSome(queue);
  await queue.finish({ ...claim, stored: 0, duplicates: 0, deadLetters: [], held: claim.entries });
  expect(await redis.lrange(KEYS.hold, 0, -1)).toEqual(['entry-2', 'entry-1', 'entry-0']);

  expect(await moveHeld(1)).toBe('entry-1');
  expect(await redis.lrange(KEYS.hold, 0, -1)).toEqual(['entry-2', 'entry-0']);
  expect(await redis.lrange(KEYS.failed, 0, -1)).toEqual(['entry-1']);
  expect(await queue.inspect()).toMatchObject({ held: 2, failed: 1, stats: { dead: 1 }, conservationDifference: 0 });

  expect(await moveHeld(2)).toBeNull();
  expect(await queue.inspect()).toMatchObject({ held: 2, failed: 1, conservationDifference: 0 });
});
