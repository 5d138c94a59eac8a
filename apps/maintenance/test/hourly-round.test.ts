import { expect, test } from 'vitest';
import { isOverdue } from '../src/schedules/hourly-round.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = Date.parse('2031-05-14T12:00:00Z');
const DAILY = { everyMs: 24 * HOUR_MS };
const agoMs = (ms: number) => ({ lastSuccessAt: new Date(NOW_MS - ms) });

test('a task is overdue when no run went well within its interval and an hour', () => {
  expect(isOverdue(DAILY, agoMs(25 * HOUR_MS), NOW_MS)).toBe(false);
  expect(isOverdue(DAILY, agoMs(25 * HOUR_MS + 1), NOW_MS)).toBe(true);
});

test('a task that never went well is overdue', () => {
  expect(isOverdue(DAILY, undefined, NOW_MS)).toBe(true);
  expect(isOverdue(DAILY, { lastSuccessAt: null }, NOW_MS)).toBe(true);
});
