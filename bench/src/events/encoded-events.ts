import { randomFillSync } from 'node:crypto';
import { hostname } from 'node:os';
import { createUuidV7, DEFAULT_REDACTION, encodeEvent, LIMITS } from '@auditlane/schema';
import { sampleEvent } from './sample-events.ts';

const mint = createUuidV7(Date.now, (bytes) => void randomFillSync(bytes));

/** `count` entries as the client would push them, with ids of now; `first` is the number of the first one. */
export function encodeSamples(count: number, first = 0): readonly string[] {
  const lines: string[] = [];
  for (let number = first; number < first + count; number += 1) {
    const encoded = encodeEvent(sampleEvent(number), {
      id: mint(),
      producerId: 'bench',
      producerSeq: number + 1,
      defaults: { service_name: 'bench', host: hostname(), source: null },
      redact: DEFAULT_REDACTION,
      maxEventBytes: LIMITS.eventBytes,
    });
    if (encoded.kind !== 'encoded') throw new Error(`the sample event ${number} is not valid`);
    lines.push(encoded.line);
  }
  return lines;
}
