import { expect, test } from 'vitest';
import { loopClosed, offerSteadily } from '../src/cells/loads.ts';

test('a closed loop makes every call once, with no more under way than there are callers', async () => {
  const numbers: number[] = [];
  let underWay = 0;
  let most = 0;
  await loopClosed({ callers: 3, count: 10 }, async (number) => {
    numbers.push(number);
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise((resolve) => setImmediate(resolve));
    underWay -= 1;
  });
  expect(numbers).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(most).toBe(3);
});

test('a steady offer does not wait for answers, and resolves when all have come', async () => {
  const answers: (() => void)[] = [];
  const offered = offerSteadily({ perSecond: 10_000, count: 50 }, () => {
    const answer = Promise.withResolvers<undefined>();
    answers.push(() => answer.resolve(undefined));
    if (answers.length === 50) for (const give of answers) give();
    return answer.promise;
  });
  expect(await offered).toBeGreaterThan(0);
  expect(answers).toHaveLength(50);
});

test('a call that fails ends a steady offer with its error', async () => {
  const offered = offerSteadily({ perSecond: 10_000, count: 5 }, () => Promise.reject(new Error('refused')));
  await expect(offered).rejects.toThrow('refused');
});
