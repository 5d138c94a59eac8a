import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Ticker } from '../src/ticker.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('time for which the process itself was held up is left out, and told', () => {
  let wall = 1000;
  const ticks: (readonly [number, boolean])[] = [];
  const ticker = new Ticker(
    () => wall,
    (now, wasLate) => ticks.push([now, wasLate]) > 0,
  );
  ticker.wake();
  wall += 100;
  vi.advanceTimersByTime(100);
  wall += 5100;
  vi.advanceTimersByTime(100);
  wall += 100;
  vi.advanceTimersByTime(100);
  expect(ticks).toEqual([
    [1100, false],
    [1200, true],
    [1300, false],
  ]);
  ticker.stop();
});

test('it stops after five idle seconds, unless it holds the process, and starts again', () => {
  let wall = 0;
  let ticks = 0;
  const ticker = new Ticker(
    () => wall,
    () => {
      ticks += 1;
      return false;
    },
  );
  const pass = (count: number): void => {
    for (let index = 0; index < count; index += 1) {
      wall += 100;
      vi.advanceTimersByTime(100);
    }
  };
  ticker.wake();
  pass(100);
  expect(ticks).toBe(50);
  ticker.hold();
  pass(100);
  expect(ticks).toBe(150);
  ticker.release();
  pass(100);
  expect(ticks).toBe(151);
});
