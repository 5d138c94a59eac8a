/**
 * Where the events of a producer are: finds the numbers of entries that are in Redis, without decoding them. For a
 * search through everything, page by page, so memory stays flat whatever the depth.
 *
 * Entries move while it reads. It goes the way that they go (lanes from the newest to the oldest, then claims, then the
 * hold), so one that moves on is met again; one that is put back meanwhile may be passed over. Search twice.
 */
import { DeadLetter } from '@auditlane/schema';
import type { Redis } from 'ioredis';
import type { QueueKeys } from './keys.ts';
import { withDeadline } from './script.ts';

/** The producer of an entry and its number there. */
export interface EntryNumber {
  readonly producerId: string;
  readonly number: number;
}

// Entries are at most 64 KiB unless somebody pushes past the client.
const PAGE = 100;
const LETTERS_PAGE = 10;
const NUMBER = /"producer":"([^"\\]{1,64})","n":(\d{1,15})[,}]/u;

/** Reads an entry's number; null when it has none. Its metadata comes last and is not looked at. */
export function toEntryNumber(entry: string): EntryNumber | null {
  const end = entry.indexOf('"metadata":');
  const [, producerId, number] = NUMBER.exec(end === -1 ? entry : entry.slice(0, end)) ?? [];
  return producerId === undefined || number === undefined ? null : { producerId, number: Number(number) };
}

/** A dead letter at a glance. */
export interface LetterGlance {
  /** `unreadable` when the line is no dead letter of ours. */
  readonly reason: DeadLetter['reason'] | 'unreadable';
  /** Null when its entry has no number. */
  readonly number: EntryNumber | null;
  /** When it was parked last; null when it does not say. */
  readonly parkedAt: Date | null;
}

/** Reads why a dead letter was parked, and the number of its entry. */
export function glanceAtLetter(line: string): LetterGlance {
  const letter = DeadLetter.safeParse(parseJson(line)).data;
  if (letter === undefined) return { reason: 'unreadable', number: null, parkedAt: null };
  const raw = letter.raw ?? Buffer.from(letter.raw_base64 ?? '', 'base64').toString('utf8');
  return { reason: letter.reason, number: toEntryNumber(raw), parkedAt: new Date(letter.last_at) };
}

/** The numbers of all entries that are queued, claimed or held. Rejects when Redis is away. */
export async function* waitingNumbers(redis: Redis, keys: QueueKeys): AsyncGenerator<EntryNumber> {
  yield* numbersOf(redis, keys.queue);
  yield* numbersOf(redis, keys.urgent);
  for (const batchId of await withDeadline(redis, () => redis.hkeys(keys.meta))) {
    yield* numbersOf(redis, keys.batch(batchId));
  }
  yield* numbersOf(redis, keys.hold);
}

/** The newest dead letters of the list, `limit` at most. Rejects when Redis is away. */
export async function* newestLetters(redis: Redis, keys: QueueKeys, limit: number): AsyncGenerator<LetterGlance> {
  let left = limit;
  for await (const line of linesOf(redis, keys.failed, LETTERS_PAGE)) {
    if (left <= 0) return;
    left -= 1;
    yield glanceAtLetter(line);
  }
}

async function* numbersOf(redis: Redis, key: string): AsyncGenerator<EntryNumber> {
  for await (const entry of linesOf(redis, key, PAGE)) {
    const number = toEntryNumber(entry);
    if (number !== null) yield number;
  }
}

async function* linesOf(redis: Redis, key: string, page: number): AsyncGenerator<string> {
  for (let start = 0; ; start += page) {
    const from = start;
    const lines = await withDeadline(redis, () => redis.lrange(key, from, from + page - 1));
    yield* lines;
    if (lines.length < page) return;
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
