import { toQueueKeys } from '@auditlane/queue';
import { expect, test } from 'vitest';
import { toSchedulePrefix } from '../src/schedules/schedule-prefix.ts';

test('two queues on one Redis have prefixes of their own, outside the names of either queue', () => {
  const prefixes = ['audit:queue', 'audit:queue2', 'other:queue', 'audit:{3}:queue'].map(toSchedulePrefix);
  expect(new Set(prefixes).size).toBe(prefixes.length);
  for (const prefix of prefixes) expect(prefix).not.toMatch(/^(?:audit|other):/u);
  expect(Object.values(toQueueKeys('audit:queue'))).not.toContain(prefixes[0]);
});

test('all keys of a prefix share one hash tag, that of the queue if it has one', () => {
  const tagOf = (key: string): string | undefined => /\{(?<tag>[^}]+)\}/u.exec(key)?.groups?.['tag'];
  expect(tagOf(toSchedulePrefix('audit:queue'))).toBe('maintenance:audit:queue');
  expect(tagOf(toSchedulePrefix('audit:{3}:queue'))).toBe('3');
});
