import { expect, test } from 'vitest';
import { createEncoder } from '../../../src/encoder.ts';
import { runWithCorrelation } from '../../../src/events/index.ts';
import { createProducer } from '../../../src/producer.ts';
import { readSettings } from '../../../src/settings/read-settings.ts';

const result = readSettings({}, {});
const settings = result.kind === 'valid' ? result.settings : expect.fail('the defaults are valid');
const EVENT = { event_type: 'a.b', event_category: 'info' } as const;

function correlationOf(event: object, readCorrelationId?: () => string | null): unknown {
  const encode = createEncoder(settings, {
    producer: createProducer(),
    now: Date.now,
    acceptIds: false,
    ...(readCorrelationId === undefined ? {} : { readCorrelationId }),
  });
  const encoded = encode(event);
  return encoded.kind === 'encoded' ? JSON.parse(encoded.line).correlation_id : encoded;
}

test('an audit event takes the id of the request in which it is logged, unless it has one', () => {
  expect(runWithCorrelation('req-1', () => correlationOf(EVENT))).toBe('req-1');
  expect(runWithCorrelation('req-1', () => correlationOf({ ...EVENT, correlation_id: 'own' }))).toBe('own');
  expect(correlationOf(EVENT)).toBeUndefined();
});

test('whoever encodes at another time than the call decides for himself', () => {
  expect(runWithCorrelation('of the timer', () => correlationOf(EVENT, () => null))).toBeUndefined();
});
