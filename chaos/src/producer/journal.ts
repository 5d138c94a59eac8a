/**
 * What a producer leaves for the judge, one line an event: that it was issued (written before the call), and its receipt.
 * Lines are written straight into the file, so that what a killed producer was told is known; what it was not told was
 * never acknowledged.
 */
import { createReadStream, existsSync, openSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Oracle } from '@auditlane/testkit/harness';
import { expectedDigest, isPoisonKey } from './chaos-event.ts';

/** A receipt in the words of the journal. */
export type Answer =
  | { readonly kind: 'acknowledged'; readonly key: string; readonly id: string; readonly level: string }
  | { readonly kind: 'rejected'; readonly key: string; readonly reason: string };

export interface Journal {
  issue(keys: readonly string[]): void;
  /** Buffered until the end of this turn of the event loop. */
  answer(answer: Answer): void;
  /** Something that a client must never do, such as throw. */
  complain(text: string): void;
  flush(): void;
}

/** Opens the journal of one producer for appending. */
export function openJournal(path: string): Journal {
  const file = openSync(path, 'a');
  let pending = '';
  const flush = (): void => {
    const lines = pending;
    pending = '';
    if (lines !== '') writeSync(file, lines);
  };
  const later = (line: string): void => {
    if (pending === '') setImmediate(flush);
    pending += line;
  };
  return {
    issue: (keys) => void writeSync(file, keys.map((key) => `i ${key}\n`).join('')),
    answer: (answer) =>
      later(
        answer.kind === 'acknowledged'
          ? `a ${answer.key} ${answer.id} ${answer.level}\n`
          : `r ${answer.key} ${answer.reason}\n`,
      ),
    complain: (text) => void writeSync(file, `x ${text.replaceAll(/\s+/g, ' ')}\n`),
    flush,
  };
}

/** Tells a journal to the oracle; answers the complaints. A line cut short by a crash of the producer counts as not written. */
export async function readJournal(path: string, oracle: Oracle): Promise<readonly string[]> {
  const complaints: string[] = [];
  if (!existsSync(path)) return complaints;
  for await (const line of createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity })) {
    const [kind, key = '', first, second] = line.split(' ');
    if (kind === 'i') oracle.issue({ key, digest: expectedDigest(key), isPoison: isPoisonKey(key) });
    else if (kind === 'a' && first !== undefined && second !== undefined) {
      oracle.acknowledge({ key, id: first, level: second });
    } else if (kind === 'r') oracle.reject(key, first ?? 'unknown');
    else if (kind === 'x') complaints.push(line.slice(2));
  }
  return complaints;
}

/** How many receipts the journals of a folder hold that acknowledge. */
export async function countAcknowledged(journalDir: string): Promise<number> {
  let count = 0;
  for (const name of readdirSync(journalDir)) {
    const lines = createInterface({ input: createReadStream(join(journalDir, name), 'utf8'), crlfDelay: Infinity });
    for await (const line of lines) count += Number(line.startsWith('a '));
  }
  return count;
}
