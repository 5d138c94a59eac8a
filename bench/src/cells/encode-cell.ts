/**
 * One cell of what an event costs before it leaves its process: `encode-cell.ts <scale>`. Entries are made of events that
 * are there already, with and without redaction, and by JSON.stringify alone, which checks and masks nothing.
 */
import { DEFAULT_REDACTION, encodeEvent, LIMITS, NO_REDACTION } from '@auditlane/schema';
import type { RedactionPolicy } from '@auditlane/schema';
import { mintId } from '../events/mint-id.ts';
import { sampleEvent } from '../events/sample-events.ts';
import { median } from '../report/statistics.ts';

const EVENTS = 20_000;
const PASSES = 15;
const WARM_UP_PASSES = 5;
const scale = Number(process.argv[2]);
const events = Array.from({ length: Math.max(1_000, Math.round(EVENTS * scale)) }, (_, number) => sampleEvent(number));

type Encode = (event: (typeof events)[number], number: number) => number;

function encodeWith(redact: RedactionPolicy): Encode {
  const fixed = { producerId: 'bench', defaults: { service_name: 'bench', host: 'bench', source: null }, redact };
  return (event, number) => {
    const context = { ...fixed, id: mintId(), producerSeq: number + 1, maxEventBytes: LIMITS.eventBytes };
    const encoded = encodeEvent(event, context);
    return encoded.kind === 'encoded' ? encoded.line.length : 0;
  };
}

const WAYS: Readonly<Record<string, Encode>> = {
  encodeMicros: encodeWith(DEFAULT_REDACTION),
  withoutRedactionMicros: encodeWith(NO_REDACTION),
  stringifyMicros: (event, number) => JSON.stringify({ ...event, id: mintId(), n: number }).length,
};

/** Passes of all ways in turn, so that a slow moment of the machine meets all of them. */
function measure(): Readonly<Record<string, number>> {
  const micros = new Map(Object.keys(WAYS).map((name) => [name, [] as number[]]));
  let characters = 0;
  for (let pass = 0; pass < WARM_UP_PASSES + PASSES; pass += 1) {
    for (const [name, encode] of Object.entries(WAYS)) {
      const before = process.cpuUsage();
      for (const [number, event] of events.entries()) characters += encode(event, number);
      const used = process.cpuUsage(before);
      if (pass >= WARM_UP_PASSES) micros.get(name)?.push((used.user + used.system) / events.length);
    }
  }
  if (characters === 0) throw new Error('nothing was encoded');
  return Object.fromEntries([...micros].map(([name, values]) => [name, median(values)]));
}

process.stdout.write(JSON.stringify(measure()));
