interface HostileValue {
  /** Row of the bad-input matrix. */
  readonly row: number;
  readonly make: () => unknown;
}

const MEGABYTE = 1024 * 1024;

function circular(): object {
  const ring: Record<string, unknown> = { name: 'ring' };
  ring.self = ring;
  ring.list = [ring, { ring }];
  return ring;
}

function nested(depth: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = 'bottom';
  for (let level = 0; level < depth; level += 1) value = wrap(value);
  return value;
}

function throwingGetter(): object {
  return Object.defineProperty({ kept: 'yes' }, 'broken', {
    enumerable: true,
    get() {
      throw new Error('from a getter');
    },
  });
}

function manyKeys(count: number): object {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, index]));
}

/** Values for the `metadata` of an event, or for anything inside it; made anew for each use. */
export const HOSTILE_METADATA = {
  circular: { row: 4, make: circular },
  'a big integer': { row: 5, make: () => ({ big: 2n ** 80n, negative: -1n }) },
  'objects 10000 deep': { row: 6, make: () => nested(10_000, (inner) => ({ inner })) },
  'arrays 10000 deep': { row: 6, make: () => ({ list: nested(10_000, (inner) => [inner]) }) },
  'objects 33 deep': { row: 6, make: () => nested(33, (inner) => ({ inner })) },
  'a million keys': { row: 7, make: () => manyKeys(1_000_000) },
  'an array with a hole of four billion': {
    row: 7,
    make: () => {
      const sparse: unknown[] = [];
      sparse.length = 2 ** 32 - 1;
      return { sparse };
    },
  },
  'a string of 100 MB': { row: 8, make: () => ({ text: 'x'.repeat(100 * MEGABYTE) }) },
  'a buffer of 10 MB': { row: 9, make: () => ({ buffer: Buffer.alloc(10 * MEGABYTE, 7) }) },
  'a typed array': { row: 9, make: () => ({ floats: new Float64Array(1000) }) },
  'map, set, symbol, function, weak reference': {
    row: 10,
    make: () => ({
      map: new Map<unknown, unknown>([
        ['a', 1],
        [{ b: 2 }, 2],
      ]),
      set: new Set([1, 'a']),
      symbol: Symbol('s'),
      function: () => 1,
      weak: new WeakRef({}),
      pattern: /a+/gu,
      error: new Error('outer', { cause: new Error('inner') }),
      url: new URL('http://user:secret@example.test/'),
      promise: Promise.resolve(1),
    }),
  },
  'numbers that JSON has not': { row: 11, make: () => ({ nan: Number.NaN, up: Infinity, down: -Infinity, zero: -0 }) },
  'an invalid date': { row: 12, make: () => ({ date: new Date(Number.NaN) }) },
  'a getter that throws': { row: 13, make: throwingGetter },
  'a toJSON that throws': {
    row: 13,
    make: () => ({
      broken: {
        toJSON() {
          throw new Error('from toJSON');
        },
      },
    }),
  },
  'a revoked proxy': {
    row: 13,
    make: () => {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      return { proxy };
    },
  },
  'a getter that makes a deeper object each time': {
    row: 14,
    make: () => {
      const endless = (): object => Object.defineProperty({}, 'next', { enumerable: true, get: endless });
      return endless();
    },
  },
  'own prototype keys': {
    row: 15,
    make: (): unknown =>
      JSON.parse('{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}},"a":{"__proto__":1}}'),
  },
  'unsafe integers': { row: 22, make: () => ({ above: 2 ** 53 + 2, huge: 1e308, tiny: 5e-324 }) },
  secrets: {
    row: 26,
    make: () => ({
      password: 'hunter2hunter2',
      headers: { authorization: 'Bearer abc.def' },
      card: '4111 1111 1111 1111',
    }),
  },
  'not an object: a text': { row: 0, make: () => 'text' },
  'not an object: an array': { row: 0, make: () => [1, 2, 3] },
  'not an object: null': { row: 0, make: () => null },
} as const satisfies Readonly<Record<string, HostileValue>>;
