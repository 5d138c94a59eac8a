import { expect, test } from 'vitest';
import { toRefusal } from '../start/first-event.ts';

test('a first event that is refused is told in sentences, and bad settings end with status 78', () => {
  const issues = [{ path: 'queueKey', code: 'custom', message: 'must be two parts (option queueKey, or X)' }];
  expect(toRefusal({ status: 'rejected', reason: 'misconfigured', issues })).toMatchObject({
    message: 'the first event was refused (misconfigured): queueKey: must be two parts (option queueKey, or X)',
    exitCode: 78,
  });
  expect(toRefusal({ status: 'rejected', reason: 'queue_full' })).toMatchObject({
    message: 'the first event was refused (queue_full)',
    exitCode: 1,
  });
});
