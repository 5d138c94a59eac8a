/**
 * One cell of `logEvent`: `security-call-cell.ts <loop|service|without-deduplication> <scale>`. Turns of many calls, each
 * followed by a flush, so that nothing gives way; `loop` makes the same details and calls what does nothing. The CPU is
 * that of the whole process: batching, entries and pushing included, until Redis has each event.
 */
import { createSecurityEventService } from '@auditlane/audit-client/events';
import { median } from '../report/statistics.ts';
import { sampleDetails } from './sample-details.ts';

/** Five batches: what is under way at once in an application that is busy, and less than there are places for. */
const CALLS_A_TURN = 500;
const TIMED_TURNS = 200;
const TIMED_CALLS = 50;
const [, , kind = '', scaleText = ''] = process.argv;
const scale = Number(scaleText);
const warmUp = Math.round(40_000 * Math.min(1, scale * 10));
const counted = Math.max(CALLS_A_TURN, Math.round(200_000 * scale));

type LogCall = (number: number) => Promise<{ readonly status: string }>;
const NOTHING = Promise.resolve({ status: 'buffered' });

const service = createSecurityEventService({
  batchProcessing: { enableDeduplication: kind !== 'without-deduplication' },
});
const call: LogCall =
  kind === 'loop'
    ? (number) => (sampleDetails(number).isGift === undefined ? Promise.reject(new Error('no details')) : NOTHING)
    : (number) => service.logEvent('access.denied', 'web', sampleDetails(number), { priority: 'info' });

async function logAll(first: number, count: number): Promise<void> {
  for (let number = first; number < first + count; number += CALLS_A_TURN) {
    const size = Math.min(CALLS_A_TURN, first + count - number);
    const receipts = await Promise.all(Array.from({ length: size }, (_, index) => call(number + index)));
    const wrong = receipts.find(({ status }) => status !== 'buffered');
    if (wrong !== undefined) throw new Error(`an event was not buffered but ${wrong.status}`);
    await service.flush();
  }
}

/** The time that the caller's own work has to wait, of events whose details are there already. */
async function synchronousPart(): Promise<number> {
  const micros: number[] = [];
  for (let turn = 0; turn < TIMED_TURNS; turn += 1) {
    const details = Array.from({ length: TIMED_CALLS }, (_, index) => sampleDetails(turn * TIMED_CALLS + index));
    const started = performance.now();
    const receipts = details.map((each) => service.logEvent('access.denied', 'web', each, { priority: 'info' }));
    micros.push(((performance.now() - started) * 1000) / TIMED_CALLS);
    await Promise.all(receipts);
    await service.flush();
  }
  return median(micros);
}

await logAll(0, warmUp);
const before = process.cpuUsage();
await logAll(warmUp, counted);
const used = process.cpuUsage(before);
const { totalProcessed, totalReceived } = service.getStats();
const expected = kind === 'loop' ? 0 : warmUp + counted;
if (totalProcessed !== expected || totalReceived !== expected) {
  throw new Error(`${totalProcessed} of ${totalReceived} events were handed on, not ${expected}`);
}
const synchronousMicros = kind === 'loop' ? 0 : await synchronousPart();
await service.close();
process.stdout.write(JSON.stringify({ micros: (used.user + used.system) / counted, synchronousMicros }), () =>
  // The client stays open for whoever logs on.
  process.exit(0),
);
