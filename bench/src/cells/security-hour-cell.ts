/**
 * One cell of a quiet service: `security-hour-cell.ts <timer|open|service> <events at once> <seconds>`. Events come at the
 * rate of 100,000 an hour, so many at each wake-up, three handlers hear each of them, and batches go as the defaults say.
 * `timer` is the loop alone, `open` the loop beside a service that is open and hears nothing. Prints the share of a core
 * that the process used.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createSecurityEventService } from '@auditlane/audit-client/events';
import { sampleDetails } from './sample-details.ts';

const EVENTS_AN_HOUR = 100_000;
const GAP_MS = 3_600_000 / EVENTS_AN_HOUR;
/** Calls after which what is measured is compiled, as in a process that runs for hours. */
const MOST_WARM_UP = 5_000;
const CALLS_A_TURN = 1_000;
const MOST_SETTLE_SECONDS = 15;
const [, , kind = '', atOnceText = '', secondsText = ''] = process.argv;
const atOnce = Number(atOnceText);
const seconds = Number(secondsText);
const warmUp = Math.round(MOST_WARM_UP * Math.min(1, seconds / 10));

const service = createSecurityEventService();
let heard = 0;
const hear = (): void => void (heard += 1);
service.on('access.*', hear);
service.on('access.denied', async () => hear());
service.on('*', hear);

function logOne(number: number): void {
  void service.logEvent('access.denied', 'web', sampleDetails(number), { priority: 'info' });
}

if (kind !== 'timer') {
  for (let number = 0; number < warmUp; number += 1) {
    logOne(number);
    if (number % CALLS_A_TURN === 0) await service.flush();
  }
  await service.flush();
}

let made = 0;
/** Wakes up for as long as this, and logs, or does not, what is due then. */
async function wakeUp(forSeconds: number): Promise<void> {
  const started = performance.now();
  for (let due = started; due - started < forSeconds * 1000; due += GAP_MS * atOnce) {
    await sleep(Math.max(0, due - performance.now()));
    for (let index = 0; index < atOnce; index += 1) {
      if (kind === 'service') logOne(warmUp + made);
      else if (sampleDetails(made).userId === undefined) throw new Error('no details');
      made += 1;
    }
  }
  await sleep(Math.max(0, started + forSeconds * 1000 - performance.now()));
  await service.flush();
}

// Collecting the garbage of the warm-up is work of other threads, which goes on for some seconds.
await wakeUp(Math.min(MOST_SETTLE_SECONDS, seconds));
const settled = made;
const before = process.cpuUsage();
const started = performance.now();
await wakeUp(seconds);
const used = process.cpuUsage(before);
const elapsedMs = performance.now() - started;

const expected = kind === 'timer' ? 0 : warmUp + (kind === 'service' ? made : 0);
if (heard !== expected * 3) throw new Error(`the handlers heard ${heard} events instead of ${expected * 3}`);
if (service.getStats().totalProcessed !== expected) throw new Error('an event was not handed on');
process.stdout.write(
  JSON.stringify({
    percent: (used.user + used.system) / elapsedMs / 10,
    micros: (used.user + used.system) / (made - settled),
  }),
  () => process.exit(0),
);
