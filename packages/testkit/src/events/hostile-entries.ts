import { uuidAt } from './uuid-at.ts';

/** One foreign element of `audit:queue`, row 89 of the bad-input matrix. */
export interface HostileEntry {
  readonly name: string;
  readonly raw: Buffer;
}

function toJson(fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ v: 1, id: uuidAt(Date.now()), event_type: 'a.b', event_category: 'info', ...fields });
}

const TEXTS: Readonly<Record<string, string>> = {
  nothing: '',
  'a space': ' ',
  'no JSON': 'hello',
  'half an entry': toJson({}).slice(0, -5),
  'two entries': `${toJson({})}\n${toJson({})}`,
  'a number': '42',
  'a text': '"x"',
  null: 'null',
  'an array': '[]',
  'an object without an id': '{"v":1,"event_type":"a.b","event_category":"info"}',
  'an empty object': '{}',
  'an id of another form': toJson({ id: 'x' }),
  'an id that is a number': toJson({ id: 7 }),
  'a UUIDv4': toJson({ id: '3f2504e0-4f89-41d3-9a0c-0305e82c3301' }),
  'version 2': toJson({ v: 2 }),
  'version 0': toJson({ v: 0 }),
  'a version that is a text': toJson({ v: '1' }),
  'no version': `{"id":"${uuidAt(Date.now())}","event_type":"a.b","event_category":"info"}`,
  HTML: '<!doctype html><title>502 Bad Gateway</title>',
  'duplicate keys': `{"v":1,"id":"${uuidAt(1)}","id":"${uuidAt(2)}","event_type":"a.b","event_category":"info"}`,
  'a category we do not have': toJson({ event_category: 'fatal' }),
  'fields of wrong types': toJson({ user_id: 7, description: {}, ip_address: [], flags: 'x', n: -1.5, metadata: 'x' }),
  'an escaped NUL': toJson({ description: 'a\u0000b', metadata: { 'k\u0000': '\u0000' } }),
  'an escaped lone surrogate': toJson({ description: 'a\ud800b' }),
  'an address that is none': toJson({ ip_address: '999.1.1.1' }),
  'a time that is none': toJson({ occurred_at: '2026-13-45' }),
  'metadata 100000 deep': toJson({ metadata: 0 }).replace(/0\}$/, `${'['.repeat(100_000)}${']'.repeat(100_000)}}`),
  'a number beyond doubles': toJson({ metadata: 0 }).replace(/0\}$/, '{"n":1e400}}'),
  'prototype keys': toJson({ metadata: 0 }).replace(/0\}$/, '{"__proto__":{"isAdmin":true}}}'),
  'a resource id of 100000 characters': toJson({ resource_id: 'r'.repeat(100_000) }),
};

/** What anybody may push on the queue besides us; no worker may crash, loop or lose count over it. */
export const HOSTILE_ENTRIES: readonly HostileEntry[] = [
  ...Object.entries(TEXTS).map(([name, text]) => ({ name, raw: Buffer.from(text) })),
  { name: 'bytes that are no UTF-8', raw: Buffer.from([0x7b, 0x22, 0xff, 0xc3, 0x28, 0x22, 0x7d]) },
  { name: 'compressed bytes', raw: Buffer.from('1f8b0800000000000003ab56ca4c51b2520200d2a3c8e909000000', 'hex') },
  {
    name: 'a byte order mark before the entry',
    raw: Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(toJson({}))]),
  },
  { name: 'a NUL byte', raw: Buffer.from([0]) },
];
