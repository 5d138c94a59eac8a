import { connectRedis, createQueue, openWakeListener } from '@auditlane/queue';
import { useRedis } from '@auditlane/testkit';
import { expect, test } from 'vitest';
import { createWakeUp } from '../src/claims/wake-up.ts';
import { sleep } from '@auditlane/runtime';
import { buildEntries, KEYS } from './fleet.ts';

const NEVER = new AbortController().signal;
const LONG_MS = 3_600_000;

const { redis, url } = await useRedis();

test('an event that reaches an empty queue wakes an idle slot, long before its poll', async () => {
  const wakeUp = createWakeUp(sleep);
  using _listener = openWakeListener(connectRedis(url, { name: 'wake-test' }), KEYS, () => wakeUp.notify());
  // The subscription itself wakes once, since something may have come before it.
  await wakeUp.wait(LONG_MS, NEVER);
  const woken = wakeUp.wait(LONG_MS, NEVER);
  const [entry] = buildEntries(1);
  await createQueue(redis, KEYS).enqueue([entry?.line ?? ''], { lane: 'main', capacity: 10 });
  await expect(woken).resolves.toBeUndefined();
});
