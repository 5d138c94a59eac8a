/**
 * Ids for a request with an Idempotency-Key: the same request sent again gets the same ids, so its events make no
 * second rows however often and wherever it is retried.
 *
 * An id holds a time, which must be the same in a retry: the first request writes its time down in Redis, under a key
 * of its own beside the queue's, for 24 h. The random part is an HMAC over caller, Idempotency-Key and position, keyed
 * with a secret of the installation: without it somebody could compute another caller's ids and occupy them first.
 *
 * A crash after writing the time down and before any event was queued: the retry finds the time and proceeds. Redis
 * emptied in between: the retry gets new ids, as after 24 h; that is the limit of the promise.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { Problem } from '../http/problem.ts';

/** The two commands of Redis that are needed. Both reject while it is away or full. */
export interface KeyValueStore {
  get(key: string): Promise<string | null>;
  /** Sets a value unless there is one; `seconds` null keeps it for ever. */
  setIfAbsent(key: string, value: string, seconds: number | null): Promise<void>;
}

export interface IdempotencyOptions {
  readonly store: KeyValueStore;
  /** What all keys here start with, e.g. `audit:http:`. */
  readonly prefix: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** One request that names itself. */
export interface IdentifiedRequest {
  /** Whose name space the key is in: the id of the API key, or `loopback`. */
  readonly callerId: string;
  readonly idempotencyKey: string;
  readonly body: Buffer;
}

/** Gives the id of the event at a position of the request. */
export type ToEventId = (position: number) => string;

const REMEMBER_SECONDS = 86_400;
const REMEMBERED = /^(?<at>\d{13,14}):(?<body>[0-9a-f]{64})$/;
const SECRET = /^[0-9a-f]{64}$/;
const VISIBLE_ASCII = /^[\x21-\x7e]{1,255}$/;

/** Checks the form of the header; throws Problem `invalid_idempotency_key`. */
export function requireIdempotencyKey(header: string | readonly string[]): string {
  if (typeof header !== 'string' || !VISIBLE_ASCII.test(header)) {
    throw new Problem('invalid_idempotency_key');
  }
  return header;
}

/** Makes the function that remembers a request and derives its ids. Throws 503 while Redis is away, 422 for another body. */
export function createIdempotentIds(options: IdempotencyOptions): (request: IdentifiedRequest) => Promise<ToEventId> {
  const { store, prefix, clock } = options;
  let secret: Buffer | null = null;

  async function readSecret(): Promise<Buffer> {
    const key = `${prefix}installation-key`;
    await store.setIfAbsent(key, randomBytes(32).toString('hex'), null);
    const text = (await store.get(key)) ?? '';
    // Whoever can guess the secret can occupy the ids of others: an empty or shortened one is no secret.
    if (!SECRET.test(text)) {
      throw new Error(`the installation key ${key} in Redis is not 64 hex digits: delete it, and a new one is made`);
    }
    secret = Buffer.from(text, 'hex');
    return secret;
  }

  return async (request) => {
    const bodyHash = createHash('sha256').update(request.body).digest('hex');
    const name = createHash('sha256').update(`${request.callerId}\0${request.idempotencyKey}`).digest('hex');
    try {
      const key = secret ?? (await readSecret());
      const first = await rememberFirst(store, {
        key: `${prefix}idempotency:${name}`,
        value: `${clock()}:${bodyHash}`,
      });
      if (first.bodyHash !== bodyHash) {
        throw new Problem('idempotency_key_reused');
      }
      return (position) =>
        toEventId(first.at, position, createHmac('sha256', key).update(`${name}\0${first.at}\0${position}`).digest());
    } catch (error) {
      if (error instanceof Problem) {
        throw error;
      }
      throw new Problem('idempotency_unavailable', { headers: { 'retry-after': '2' }, cause: error });
    }
  };
}

async function rememberFirst(
  store: KeyValueStore,
  entry: { key: string; value: string },
): Promise<{ at: number; bodyHash: string }> {
  await store.setIfAbsent(entry.key, entry.value, REMEMBER_SECONDS);
  const groups = REMEMBERED.exec((await store.get(entry.key)) ?? '')?.groups;
  if (groups === undefined) {
    throw new Error('the remembered request cannot be read');
  }
  return { at: Number(groups['at']), bodyHash: groups['body'] ?? '' };
}

/** A UUIDv7 of the given time; the 12 bits behind it are the position, so events keep their order within the request. */
function toEventId(atMs: number, position: number, random: Buffer): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(atMs, 0, 6);
  bytes.writeUInt16BE(0x7000 | (position & 0x0fff), 6);
  random.copy(bytes, 8, 0, 8);
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
