/**
 * API keys by the SHA-256 of their text, with a short memory.
 *
 * A key that was found is trusted for `freshMs` without asking again, so a revoked key works at most that long. While
 * the store is away, a key that was found before keeps working for `staleMs`; an unknown one cannot be judged and is
 * answered 503, never 401: the caller must not throw a good key away. Both memories are bounded, since anybody can
 * send keys.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { Problem } from '../http/problem.ts';

/** A key as the store has it. */
export interface StoredKey {
  readonly id: string;
  /** What it is for, in the words of who made it. */
  readonly name: string;
  readonly keyHash: string;
  readonly scopes: readonly string[];
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

export interface KeyDirectoryOptions {
  /** Finds a key by its hash (hex); null when there is none; rejects when the store is away. */
  find(keyHash: string): Promise<StoredKey | null>;
  /** Notes that a key is in use; nobody waits for it. */
  touch(id: string): Promise<void>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Default 10 s. */
  readonly freshMs?: number;
  /** Default 1 h. */
  readonly staleMs?: number;
  /** Told why the store could not answer. */
  readonly onAway?: (error: unknown) => void;
}

/** Who a key belongs to; null when it is no (longer a) key. Throws Problem `keys_unavailable`. */
export type FindKey = (text: string) => Promise<StoredKey | null>;

const MAX_REMEMBERED = 1000;
const UNKNOWN_KEY_MS = 2000;

interface Remembered {
  readonly key: StoredKey | null;
  readonly at: number;
}

/** Makes the lookup. Time taken depends on the hash of what was sent only, so it tells nothing about keys. */
export function createKeyDirectory(options: KeyDirectoryOptions): FindKey {
  const { freshMs = 10_000, staleMs = 3_600_000, clock } = options;
  const remembered = new Map<string, Remembered>();

  function remember(hash: string, key: StoredKey | null): void {
    remembered.delete(hash);
    const oldest = remembered.keys().next();
    if (remembered.size >= MAX_REMEMBERED && oldest.done !== true) {
      remembered.delete(oldest.value);
    }
    remembered.set(hash, { key, at: clock() });
  }

  async function ask(hash: string, known: Remembered | undefined): Promise<StoredKey | null> {
    try {
      const key = await options.find(hash);
      remember(hash, key);
      if (key !== null) {
        options.touch(key.id).catch((error: unknown) => options.onAway?.(error));
      }
      return key;
    } catch (error) {
      options.onAway?.(error);
      if (known !== undefined && known.key !== null && clock() - known.at < staleMs) {
        return known.key;
      }
      throw new Problem('keys_unavailable', { headers: { 'retry-after': '5' }, cause: error });
    }
  }

  return async (text) => {
    const hash = createHash('sha256').update(text).digest('hex');
    const known = remembered.get(hash);
    const trustedMs = known?.key === null ? UNKNOWN_KEY_MS : freshMs;
    const key = known !== undefined && clock() - known.at < trustedMs ? known.key : await ask(hash, known);
    return key !== null && isSame(key.keyHash, hash) && isValid(key, clock()) ? key : null;
  };
}

function isSame(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function isValid(key: StoredKey, now: number): boolean {
  return key.revokedAt === null && (key.expiresAt === null || key.expiresAt.getTime() > now);
}
