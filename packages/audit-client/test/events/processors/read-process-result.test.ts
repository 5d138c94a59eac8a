import { describe, expect, test } from 'vitest';
import { BadResultError, readProcessResult } from '../../../src/events/processors/read-process-result.ts';
import { eventsOf } from '../support/batched.ts';

const events = eventsOf('info', 4);
const [a, b, c, d] = events;

describe('what a processor answers', () => {
  test('all processed, or all failed, needs no names', () => {
    expect(readProcessResult(events, { processed: 4, failed: 0 })).toMatchObject({
      processed: events,
      failed: [],
      uncertain: [],
    });
    expect(readProcessResult(events, { processed: 0, failed: 4 })).toMatchObject({
      processed: [],
      failed: events,
      uncertain: [],
    });
  });

  test('names of failed events leave the others processed', () => {
    const outcome = readProcessResult(events, { processed: 3, failed: 1, failedIds: [b?.id] });
    expect(outcome).toMatchObject({ processed: [a, c, d], failed: [b], uncertain: [] });
  });

  test('failures without names leave all in doubt', () => {
    const outcome = readProcessResult(events, { processed: 1, failed: 3 });
    expect(outcome).toMatchObject({ processed: [], failed: [], uncertain: events, uncertainFailed: 3 });
  });

  test('what is neither processed nor failed counts as failed', () => {
    expect(readProcessResult(events, { processed: 0, failed: 0 })).toMatchObject({ failed: events });
    expect(readProcessResult(events, { processed: 2, failed: 0 })).toMatchObject({
      uncertain: events,
      uncertainFailed: 2,
    });
  });

  test('refused events are apart from the failed ones', () => {
    const refused = [{ id: a?.id, reason: 'no', sqlstate: '22P02' }];
    const outcome = readProcessResult(events, { processed: 3, failed: 1, refused });
    expect(outcome).toMatchObject({ processed: [b, c, d], refused: [{ event: a, reason: 'no', sqlstate: '22P02' }] });
    const both = readProcessResult(events, { processed: 2, failed: 2, failedIds: [a?.id, b?.id], refused });
    expect(both).toMatchObject({ processed: [c, d], failed: [b] });
  });

  test('a refusal without a reason still has one, and strangers among the names are left out', () => {
    const outcome = readProcessResult(events, {
      processed: 3,
      failed: 1,
      refused: [{ id: a?.id }, { id: 'x', reason: 'y' }, null, 5],
    });
    expect(outcome.refused).toEqual([{ event: a, reason: 'the processor gave no reason', sqlstate: null }]);
  });

  test('receipts are taken when they say where an event is', () => {
    const receipts = [{ id: a?.id, status: 'stored' }, { id: b?.id, status: 'rejected' }, { status: 'stored' }, null];
    const outcome = readProcessResult(events, { processed: 4, failed: 0, receipts });
    expect([...outcome.receipts.keys()]).toEqual([a?.id]);
  });

  test.each([
    [undefined],
    [null],
    [7],
    [[]],
    [{ processed: 1 }],
    [{ processed: 0.5, failed: 0 }],
    [{ processed: 'all', failed: 'none' }],
  ])('%j is no result', (answer) => {
    expect(() => readProcessResult(events, answer)).toThrow(BadResultError);
  });
});
