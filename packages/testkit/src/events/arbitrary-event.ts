import type { AuditEventInput } from '@auditlane/schema';
import fc from 'fast-check';

import { HOSTILE_TEXTS } from './hostile-texts.ts';

// Any string of UTF-16 code units, lone surrogates and controls included: an application may pass such a thing.
const anyText = (maxLength: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.string({ unit: 'grapheme', maxLength }),
    fc.string({ unit: 'binary', maxLength }),
    fc.constantFrom(...Object.values(HOSTILE_TEXTS)).map((text) => text.slice(0, maxLength)),
  );

const eventType = fc.stringMatching(/^[A-Za-z0-9_.:-]{1,60}$/);

const metadata = fc.dictionary(
  fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom('key_name', 'user', '__proto__', 'count')),
  fc.oneof(fc.jsonValue({ maxDepth: 4 }), anyText(200), fc.double(), fc.integer()),
  { maxKeys: 8 },
);

const optionalFields = fc.record(
  {
    user_id: anyText(60),
    resource_type: anyText(40),
    resource_id: anyText(60),
    description: anyText(300),
    metadata,
    ip_address: fc.oneof(fc.ipV4(), fc.ipV6()),
    user_agent: anyText(200),
    service_name: anyText(40),
    tenant_id: anyText(40),
    correlation_id: anyText(40),
    outcome: fc.constantFrom('success' as const, 'failure' as const, 'denied' as const, 'unknown' as const),
  },
  { requiredKeys: [] },
);

/** Valid events with any text in any field: what the client must store without a change that is not flagged. */
export function arbitraryEvent(): fc.Arbitrary<AuditEventInput> {
  return fc
    .record({
      event_type: eventType,
      event_category: fc.constantFrom('critical' as const, 'warning' as const, 'info' as const),
    })
    .chain((required) => optionalFields.map((optional) => ({ ...required, ...optional })));
}

const strangeField = fc.tuple(
  fc.constantFrom(
    'event_type',
    'event_category',
    'user_id',
    'resource_id',
    'metadata',
    'ip_address',
    'occurred_at',
    'outcome',
    'severity',
    'id',
    'x',
  ),
  fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true, withSparseArray: true }),
);

/** Valid events, events with a few fields replaced by anything, and anything at all: input for "same verdict" tests. */
export function arbitraryInput(): fc.Arbitrary<unknown> {
  const damaged = fc
    .tuple(arbitraryEvent(), fc.array(strangeField, { minLength: 1, maxLength: 3 }))
    .map(([event, fields]): unknown => ({ ...event, ...Object.fromEntries(fields) }));
  return fc.oneof(
    { weight: 4, arbitrary: damaged },
    { weight: 2, arbitrary: arbitraryEvent() },
    { weight: 1, arbitrary: fc.anything() },
  );
}
