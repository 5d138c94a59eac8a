import { setTimeout as delay } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { withLock } from '../src/with-lock.ts';

test('the second waits until the first has ended, even by an error', async () => {
  const order: string[] = [];
  const first = withLock('with-lock order', 5000, async () => {
    order.push('first begins');
    await delay(50);
    order.push('first ends');
    throw new Error('on purpose');
  });
  const second = withLock('with-lock order', 5000, async () => {
    order.push('second begins');
  });
  await expect(first).rejects.toThrow('on purpose');
  await second;
  expect(order).toEqual(['first begins', 'first ends', 'second begins']);
});

test('whoever waits in vain is told for what', async () => {
  await withLock('with-lock vain', 5000, async () => {
    const second = withLock('with-lock vain', 60, async () => undefined);
    await expect(second).rejects.toMatchObject({
      code: 'data_dir_in_use',
      message: expect.stringContaining('with-lock vain'),
    });
  });
});
