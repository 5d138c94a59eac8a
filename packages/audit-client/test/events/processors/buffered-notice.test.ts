import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BufferedNotice } from '../../../src/events/processors/buffered-notice.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function createNotice(answer: () => Promise<boolean> = () => Promise.resolve(true)) {
  const told: string[] = [];
  const state = { waiting: '' };
  const notice = new BufferedNotice({
    read: () => state.waiting,
    tell: (numbers) => {
      told.push(numbers);
      return answer();
    },
    everyMs: 3000,
  });
  return { notice, told, state };
}

test('what waits is told every few seconds for as long as it waits, and taken back once', async () => {
  const { notice, told, state } = createNotice();
  state.waiting = '4';
  notice.wake();
  notice.wake();
  expect(told).toEqual([]);
  await vi.advanceTimersByTimeAsync(6500);
  expect(told).toEqual(['4', '4']);
  state.waiting = '4-5';
  await vi.advanceTimersByTimeAsync(3000);
  state.waiting = '';
  await vi.advanceTimersByTimeAsync(30_000);
  expect(told).toEqual(['4', '4', '4-5', '']);
  expect(vi.getTimerCount()).toBe(0);
});

test('what came and went between two notices costs no call', async () => {
  const { notice, told } = createNotice();
  notice.wake();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(told).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

test('a notice that does not get through is repeated, the last one too', async () => {
  let fails = true;
  const { notice, told, state } = createNotice(() =>
    fails ? Promise.reject(new Error('away')) : Promise.resolve(true),
  );
  state.waiting = '1';
  notice.wake();
  await vi.advanceTimersByTimeAsync(3000);
  state.waiting = '';
  await vi.advanceTimersByTimeAsync(3000);
  fails = false;
  await vi.advanceTimersByTimeAsync(9000);
  expect(told).toEqual(['1', '', '']);
});

test('what comes while the last word is on its way is told all the same', async () => {
  const answers: ((isThrough: boolean) => void)[] = [];
  const { notice, told, state } = createNotice(() => new Promise((resolve) => void answers.push(resolve)));
  state.waiting = '1';
  notice.wake();
  await vi.advanceTimersByTimeAsync(3000);
  answers[0]?.(true);
  state.waiting = '';
  await vi.advanceTimersByTimeAsync(3000);
  state.waiting = '2';
  notice.wake();
  answers[1]?.(true);
  await vi.advanceTimersByTimeAsync(3000);
  expect(told).toEqual(['1', '', '2']);
});
