import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type NextTick, Ticker } from '../src/ticker.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function startTicker(answer: () => NextTick) {
  let wall = 1000;
  const ticks: (readonly [number, boolean])[] = [];
  const ticker = new Ticker(
    () => wall,
    (now, wasLate) => {
      ticks.push([now, wasLate]);
      return answer();
    },
  );
  const pass = (ms: number): void => {
    for (let passed = 0; passed < ms; passed += 100) {
      wall += 100;
      vi.advanceTimersByTime(100);
    }
  };
  return { ticker, ticks, pass, sleep: (ms: number) => void (wall += ms) };
}

test('time for which the process itself was held up is left out, and told', () => {
  const { ticker, ticks, pass, sleep } = startTicker(() => 'soon');
  ticker.wake();
  pass(100);
  sleep(5000);
  pass(200);
  expect(ticks).toEqual([
    [1100, false],
    [1200, true],
    [1300, false],
  ]);
  ticker.stop();
});

test('it looks once a second while nothing has a deadline, and ten times as often from the next call on', () => {
  let next: NextTick = 'later';
  const { ticker, ticks, pass } = startTicker(() => next);
  ticker.wake();
  pass(10_100);
  expect(ticks).toHaveLength(11);
  ticker.hold();
  pass(1000);
  expect(ticks).toHaveLength(21);
  ticker.release();
  next = 'soon';
  pass(1000);
  expect(ticks).toHaveLength(31);
  ticker.stop();
});

test('a machine that slept before a call is not told to be late at it, nor is its time counted', () => {
  const { ticker, ticks, pass, sleep } = startTicker(() => 'later');
  ticker.wake();
  pass(100);
  sleep(3_600_000);
  ticker.hold();
  expect(ticker.now()).toBe(2100);
  pass(100);
  expect(ticks.at(-1)).toEqual([2200, false]);
  ticker.stop();
});

test('it stops after five idle seconds, unless it holds the process, and starts again', () => {
  const { ticker, ticks, pass } = startTicker(() => 'none');
  ticker.wake();
  pass(10_000);
  expect(ticks).toHaveLength(6);
  ticker.hold();
  pass(10_000);
  expect(ticks).toHaveLength(106);
  ticker.release();
  pass(10_000);
  expect(ticks).toHaveLength(107);
});
