import { sha256Hex } from './digest.ts';
import { EVENT_FLAGS, type EventFlag } from './flags.ts';
import { LIMITS } from './limits.ts';

/** What is known of a value that was cut: where, how long it was, and a hash that lets a holder of the original prove it. */
export interface TruncatedRecord {
  readonly field: string;
  /** UTF-8 bytes of the original. */
  readonly bytes?: number;
  /** UTF-16 code units of the original, where it was too long for its bytes to be counted in passing. */
  readonly characters?: number;
  readonly sha256: string;
  /** What the hash covers, when it is not the whole original. */
  readonly sha256_of?: string;
}

/** What was found and changed while one event was encoded or decoded. */
export class Findings {
  flags = 0;
  readonly truncated: TruncatedRecord[] = [];
  untold = 0;

  flag(name: EventFlag): void {
    this.flags |= EVENT_FLAGS[name];
  }

  /** Records that `original` was cut. Only the first few of an event are hashed: hashing has to stay bounded too. */
  recordCut(field: string, original: string): void {
    if (this.truncated.length >= LIMITS.truncatedRecords) {
      this.untold += 1;
      return;
    }
    const name = field.slice(0, LIMITS.metadataKeyCharacters).toWellFormed().replaceAll('\0', '\ufffd');
    this.truncated.push({ field: name, ...toDigest(original) });
  }

  hasCut(field: string): boolean {
    return this.truncated.some((record) => record.field === field);
  }
}

function toDigest(original: string): Omit<TruncatedRecord, 'field'> {
  if (original.length <= LIMITS.hashedPrefix) {
    return { bytes: Buffer.byteLength(original), sha256: sha256Hex(original) };
  }
  return {
    characters: original.length,
    sha256: sha256Hex(original.slice(0, LIMITS.hashedPrefix)),
    sha256_of: `the first ${LIMITS.hashedPrefix} characters`,
  };
}
