import { test } from 'vitest';
import { steady } from '../src/parts/steady.ts';
import { DEADLINE_MS, expectMeasured, measureSmallest } from './measured.ts';

test(
  'the steady state is measured beside one connection that copies the same rows',
  async () => {
    const measured = await measureSmallest(steady.run);
    expectMeasured(measured, [
      'one connection copying the same rows from a file',
      'from call to row, producer and two workers',
      'from call to row, producer and two workers, appendfsync everysec',
      'from call to row, producer and two workers, AUDIT_LINGER_MS=20',
      'events acknowledged while the producer ran',
      'mean batch',
      'CPU of the producer an event',
      'CPU of both workers an event',
      'CPU of Redis an event',
      'CPU of Postgres an event',
    ]);
  },
  DEADLINE_MS,
);
