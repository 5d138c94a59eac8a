import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ACTOR_TYPES,
  AuditEventInput,
  checkEvent,
  EVENT_CATEGORIES,
  EVENT_DOMAINS,
  OUTCOMES,
  SEVERITIES,
} from '../src/index.ts';
import { HOSTILE_EVENTS, HOSTILE_VALUES } from './hostile-values.ts';

/** The schema itself throws where a revoked Proxy stands for a text: that is no event either. */
function isValidBySchema(input: unknown): boolean {
  try {
    return AuditEventInput.safeParse(input).success;
  } catch {
    return false;
  }
}

const FIELDS = Object.keys(AuditEventInput.shape);

const anything = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    '',
    ' ',
    0,
    -0,
    1,
    2,
    3,
    100,
    101,
    -1,
    0.5,
    true,
    Number.NaN,
    Infinity,
    10n,
  ),
  fc.constantFrom(...EVENT_CATEGORIES, ...EVENT_DOMAINS, ...SEVERITIES, ...OUTCOMES, ...ACTOR_TYPES),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.array(fc.oneof(fc.string({ maxLength: 3 }), fc.constant(1)), { maxLength: 3 }),
  fc.dictionary(fc.string({ maxLength: 3 }), fc.integer(), { maxKeys: 2 }),
  fc.constantFrom<unknown>(new Date(0), new Map(), Symbol('s'), () => 1, [], {}),
);
const eventType = fc.oneof(
  { weight: 6, arbitrary: fc.stringMatching(/^[A-Za-z0-9_.:-]{1,300}$/) },
  { weight: 1, arbitrary: anything },
);
const eventCategory = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom<unknown>(...EVENT_CATEGORIES, ...EVENT_DOMAINS) },
  { weight: 1, arbitrary: anything },
);
const generated = fc
  .tuple(eventType, eventCategory, fc.uniqueArray(fc.tuple(fc.constantFrom(...FIELDS), anything), { maxLength: 4 }))
  .map(([type, category, fields]) => ({
    event_type: type,
    event_category: category,
    ...Object.fromEntries(fields.filter(([field]) => field !== 'event_type' && field !== 'event_category')),
  }));

describe('checkEvent', () => {
  test('gives the verdict of the schema on 100,000 generated inputs, of which many pass and many fail', () => {
    let accepted = 0;
    const runs = 100_000;
    fc.assert(
      fc.property(generated, (input) => {
        const verdict = checkEvent(input) === null;
        if (verdict !== isValidBySchema(input)) throw new Error('the verdicts differ');
        accepted += verdict ? 1 : 0;
      }),
      { numRuns: runs },
    );
    expect(accepted).toBeGreaterThan(runs / 10);
    expect(accepted).toBeLessThan((runs * 9) / 10);
  }, 120_000);

  test('gives the verdict of the schema on every hostile value in every field', () => {
    for (const field of FIELDS) {
      for (const [name, value] of HOSTILE_VALUES) {
        const input = { event_type: 'a', event_category: 'info', [field]: value };
        const verdict = checkEvent(input) === null;
        expect(verdict, `${field}: ${name}`).toBe(isValidBySchema(input));
      }
    }
  });

  test('gives the verdict of the schema on every hostile event without accessors', () => {
    for (const [name, input] of HOSTILE_EVENTS) {
      expect(checkEvent(input) === null, name).toBe(isValidBySchema(input));
    }
  });

  test('names every field at fault', () => {
    const issues = checkEvent({ event_type: 'a b', event_category: 'urgent', user_id: {}, tags: [1], id: 'x' });
    expect(issues?.map((issue) => issue.path)).toEqual(['event_type', 'event_category', 'user_id', 'tags', 'id']);
  });

  test('reads no accessor and nothing inherited', () => {
    let reads = 0;
    const input = Object.create(
      { event_type: 'inherited' },
      {
        event_category: { enumerable: true, get: () => (reads += 1) },
      },
    );
    expect(checkEvent(input)?.map((issue) => issue.path)).toEqual(['event_type', 'event_category']);
    expect(reads).toBe(0);
  });
});
