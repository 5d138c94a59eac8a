import { createHmac } from 'node:crypto';
import { createRedactionPolicy, HASHED_PREFIX, type RedactionPolicy } from '@auditlane/schema';
import { compilePaths, type PathRules } from './path-rules.ts';
import type { RedactionConfig } from './redaction-config.ts';

const HASH_DIGITS = 32;
/** Of a longer text so much from the start is hashed: a call must not take a second. */
const HASHED_CHARACTERS = 1_048_576;

/** The compiled form of a {@link RedactionConfig}. */
export interface Redaction {
  /** Secret keys, and card numbers in texts. */
  readonly policy: RedactionPolicy;
  /** Whether the value under this key is hashed. */
  readonly isHashedKey: (key: string) => boolean;
  readonly paths: PathRules;
  /** The keyed hash of a text. */
  readonly hash: (text: string) => string;
}

/** Compiles what must not leave the process; done once for a service. */
export function createRedaction({ keys = [], paths = [], hash }: RedactionConfig = {}): Redaction {
  const hashedKeys = hash?.keys ?? [];
  // The policy's own memory of keys serves here too; it masks nothing.
  const hashed = createRedactionPolicy({ keys: hashedKeys, isCardNumberMasked: false });
  return {
    policy: createRedactionPolicy({ extraKeys: keys }),
    isHashedKey: hashedKeys.length === 0 ? () => false : (key) => hashed.isSecretKey(key),
    paths: compilePaths(paths, hash?.paths ?? []),
    hash: createKeyedHash(hash?.key ?? ''),
  };
}

function createKeyedHash(key: string | Uint8Array): (text: string) => string {
  return (text) => {
    const digits = createHmac('sha256', key).update(text.slice(0, HASHED_CHARACTERS)).digest('hex');
    return HASHED_PREFIX + digits.slice(0, HASH_DIGITS);
  };
}
