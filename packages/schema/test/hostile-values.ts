/* Values that no caller should send, each with the name it has in a failing test. */

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function circular(): object {
  const value: Record<string, unknown> = {};
  value['self'] = value;
  return value;
}

function nested(depth: number): unknown {
  let value: unknown = 'bottom';
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? { deeper: value } : [value];
  return value;
}

class Account {
  readonly owner = 'ann';
  get secret(): string {
    throw new Error('read');
  }
}

class EndlessMap extends Map<string, number> {
  override *[Symbol.iterator](): MapIterator<[string, number]> {
    for (;;) yield ['a', 1];
  }
}

const throwing = (): never => {
  throw new Error('boom');
};

export const HOSTILE_VALUES: readonly (readonly [string, unknown])[] = [
  ['undefined', undefined],
  ['null', null],
  ['empty', ''],
  ['blank', '   '],
  ['NUL', 'a\0b'],
  ['lone surrogate', 'a\ud800b'],
  ['reversed pair', '\udc00\ud800'],
  ['control characters', '\u001b[31m\r\nlog line\u202e'],
  ['emoji', '👩‍🚀'],
  ['quotes', '"\\"'],
  ['long text', 'é'.repeat(100_000)],
  ['NaN', Number.NaN],
  ['Infinity', Infinity],
  ['-0', -0],
  ['2^53+1', 2 ** 53 + 1],
  ['largest double', Number.MAX_VALUE],
  ['bigint', 2n ** 70n],
  ['huge bigint', 2n ** 100_000n],
  ['symbol', Symbol('s\0')],
  ['function', function named() {}],
  ['class', Account],
  ['true', true],
  ['Date', new Date(0)],
  ['invalid Date', new Date(Number.NaN)],
  [
    'Map',
    new Map<unknown, unknown>([
      ['a', 1],
      [{}, 2],
      ['password', 3],
    ]),
  ],
  ['endless Map', new EndlessMap([['a', 1]])],
  ['Set', new Set([1, 'a', new Set([2])])],
  ['WeakMap', new WeakMap()],
  ['WeakRef', new WeakRef({})],
  ['Promise', Promise.resolve(1)],
  ['RegExp', /a/giu],
  ['Error', new Error('failed', { cause: circular() })],
  ['URL', new URL('https://ann:hunter2@example.org/?q=1')],
  ['Buffer', Buffer.from('abc')],
  ['Float64Array', new Float64Array(4)],
  ['ArrayBuffer', new ArrayBuffer(8)],
  [
    'generator',
    (function* endless() {
      for (;;) yield 1;
    })(),
  ],
  ['boxed string', new String('boxed')],
  ['boxed number', new Number(1)],
  ['boxed bigint', Object(1n)],
  ['class instance', new Account()],
  ['null prototype', Object.assign(Object.create(null), { a: 1 })],
  ['sparse array', Object.assign([], { 3: 'x', length: 10 })],
  ['array of arrays', [[[]], [{}]]],
  ['mixed array', ['a', 1]],
  ['huge array', Array.from({ length: 100_000 }, (_, index) => index)],
  ['huge sparse array', Object.assign([], { length: 4_000_000_000 })],
  ['array with accessor', Object.defineProperty(['a'], 1, { enumerable: true, get: throwing })],
  ['circular', circular()],
  ['depth 10,000', nested(10_000)],
  ['accessor', Object.defineProperty({}, 'x', { enumerable: true, get: throwing })],
  ['toJSON that throws', { toJSON: throwing }],
  ['toJSON that is endless', { toJSON: () => ({ toJSON: throwing, kept: 1 }) }],
  [
    'toJSON of itself',
    Object.assign(
      {},
      {
        toJSON(this: unknown) {
          return this;
        },
      },
    ),
  ],
  ['revoked Proxy', revoked()],
  [
    'throwing Proxy',
    new Proxy({}, { ownKeys: throwing, getOwnPropertyDescriptor: throwing, getPrototypeOf: throwing }),
  ],
  ['Proxy of an array', new Proxy([1, 2], {})],
  ['__proto__', JSON.parse('{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}')],
  ['bad keys', { 'a\0': 1, 'a\ud800': 2, 'a\ufffd': 3, ['k'.repeat(1000)]: 4, ['k'.repeat(1001)]: 5 }],
  ['_auditlane', { _auditlane: { extra: 1 } }],
  ['hex that looks like an exponent', 'f9a1e123-0000'],
];

/** Whole inputs; each is read the same by the schema and by checkEvent. */
export const HOSTILE_EVENTS: readonly (readonly [string, unknown])[] = [
  ...HOSTILE_VALUES.filter(([name]) => !/Proxy|accessor/.test(name)),
  ['array with fields', Object.assign([], { event_type: 'a', event_category: 'info' })],
  ['null-prototype event', Object.assign(Object.create(null), { event_type: 'a', event_category: 'info' })],
  ['Map with fields', Object.assign(new Map(), { event_type: 'a', event_category: 'info' })],
  ['id undefined', { event_type: 'a', event_category: 'info', id: undefined }],
  ['id null', { event_type: 'a', event_category: 'info', id: null }],
  ['event_type at the limit', { event_type: 'a'.repeat(65_536), event_category: 'info' }],
  ['event_type over the limit', { event_type: 'a'.repeat(65_537), event_category: 'info' }],
  ['event_type with a line end', { event_type: 'a\n', event_category: 'info' }],
];
