import { buildEvent } from './build-event.ts';
import { HOSTILE_METADATA } from './hostile-metadata.ts';
import { HOSTILE_TEXTS } from './hostile-texts.ts';

/** One bad input: the row of the bad-input matrix it belongs to (0: none), and a maker, since some work only once. */
export interface HostileInput {
  readonly row: number;
  readonly name: string;
  readonly make: () => unknown;
}

const NOT_AN_EVENT: readonly unknown[] = [
  undefined,
  null,
  42,
  42n,
  true,
  'x',
  [],
  [{}],
  Symbol('x'),
  () => ({}),
  new Date(),
];
const NOT_A_TYPE: readonly unknown[] = [
  undefined,
  null,
  '',
  '   ',
  7,
  {},
  [],
  ['user.created'],
  'a b',
  'a\nb',
  'é',
  '-'.repeat(256),
];
const BAD_ADDRESSES = [
  '999.1.1.1',
  '::ffff:1.2.3.4',
  'fe80::1%eth0',
  '10.0.0.0/8',
  '1.2.3.4, 5.6.7.8',
  '',
  ' 1.2.3.4 ',
  '1.2.3',
  '0x7f.1',
  '::g',
  '1.2.3.4:80',
  '[::1]',
  '9'.repeat(10_240),
];
const BAD_TIMES: readonly unknown[] = [
  new Date(Number.NaN),
  new Date(8.64e15),
  '-005000-01-01T00:00:00Z',
  '2026-13-45',
  '2026-11-21T10:00:00.123456Z',
  '+294277-01-01T00:00:00Z',
  '',
  'now',
  0,
  Number.MAX_VALUE,
  {},
];
const BAD_IDS: readonly unknown[] = [
  'not-a-uuid',
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-7fff-bfff-ffffffffffff',
  'e7791f70-0000-7000-8000-000000000000',
  7,
  {},
];
const TEXT_FIELDS = [
  'event_type',
  'user_id',
  'resource_type',
  'resource_id',
  'description',
  'user_agent',
  'ip_address',
  'correlation_id',
] as const;

/** Texts with a row of their own; all others are of row 19. */
const TEXT_ROWS: Readonly<Record<string, number>> = { nul: 17, loneHighSurrogate: 18, loneLowSurrogate: 18 };

function withField(row: number, field: string, values: readonly unknown[]): readonly HostileInput[] {
  return values.map((value, index) => ({
    row,
    name: `${field} no. ${index + 1}`,
    make: () => ({ ...buildEvent(), [field]: value }),
  }));
}

function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const STRANGE_EVENTS: readonly HostileInput[] = [
  {
    row: 3,
    name: 'an event_type of 10000 characters',
    make: () => ({ ...buildEvent(), event_type: 'a'.repeat(10_000) }),
  },
  { row: 13, name: 'a revoked proxy', make: revokedProxy },
  {
    row: 13,
    name: 'a getter that throws in place of a field',
    make: () =>
      Object.defineProperty({ ...buildEvent() }, 'description', {
        enumerable: true,
        get() {
          throw new Error('from a getter');
        },
      }),
  },
  {
    row: 13,
    name: 'a proxy whose every trap throws',
    make: () =>
      new Proxy(buildEvent(), {
        get: () => {
          throw new Error('from a trap');
        },
        ownKeys: () => {
          throw new Error('from a trap');
        },
      }),
  },
  {
    row: 14,
    name: 'a toJSON that pretends to be another event',
    make: () => ({ ...buildEvent(), toJSON: () => ({ event_type: 'forged' }) }),
  },
  {
    row: 15,
    name: 'an own __proto__ key',
    make: () => JSON.parse('{"event_type":"a.b","event_category":"info","__proto__":{"isAdmin":true}}'),
  },
  { row: 15, name: 'fields inherited from a prototype', make: () => Object.create(buildEvent()) },
  {
    row: 0,
    name: 'a frozen event without a prototype',
    make: () => Object.freeze(Object.assign(Object.create(null), buildEvent())),
  },
];

/** Bad inputs of `logAudit`, rows 1 to 24: not one of them may make it throw, hang or lose count. */
export const HOSTILE_INPUTS: readonly HostileInput[] = [
  ...NOT_AN_EVENT.map((value, index) => ({ row: 1, name: `not an event, no. ${index + 1}`, make: () => value })),
  ...withField(2, 'event_type', NOT_A_TYPE),
  ...withField(2, 'event_category', [undefined, null, '', 'CRITICAL', 'fatal', 1, {}, '__proto__', 'constructor']),
  ...STRANGE_EVENTS,
  ...Object.entries(HOSTILE_METADATA).map(([name, { row, make }]) => ({
    row,
    name: `metadata: ${name}`,
    make: () => ({ ...buildEvent(), metadata: make() }),
  })),
  ...Object.entries(HOSTILE_TEXTS).flatMap(([name, text]) =>
    TEXT_FIELDS.map((field) => ({
      row: TEXT_ROWS[name] ?? 19,
      name: `${name} in ${field}`,
      make: () => ({ ...buildEvent(), [field]: text }),
    })),
  ),
  ...Object.entries(HOSTILE_TEXTS).map(([name, text]) => ({
    row: TEXT_ROWS[name] ?? 19,
    name: `${name} as key and value of metadata`,
    make: () => ({ ...buildEvent(), metadata: { [text]: [text, { [text]: text }] } }),
  })),
  ...withField(20, 'ip_address', BAD_ADDRESSES),
  ...withField(21, 'occurred_at', BAD_TIMES),
  ...withField(24, 'id', BAD_IDS),
];
