/**
 * One cell of a quiet service: `security-hour-cell.ts <timer|open|service> <seconds>`. Events come one by one at the rate
 * of 100,000 an hour, three handlers hear each of them, and batches go as the defaults say. `timer` is the loop alone,
 * `open` the loop beside a service that is open and hears nothing. Prints the share of a core that the process used.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createSecurityEventService } from '@auditlane/audit-client/events';
import { sampleDetails } from './sample-details.ts';

const EVENTS_AN_HOUR = 100_000;
const GAP_MS = 3_600_000 / EVENTS_AN_HOUR;
/** Calls after which what is measured is compiled, as in a process that runs for hours. */
const MOST_WARM_UP = 20_000;
const CALLS_A_TURN = 1_000;
const [, , kind = '', secondsText = ''] = process.argv;
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
  await sleep(1_000);
}

let made = 0;
const before = process.cpuUsage();
const started = performance.now();
for (let due = started; performance.now() - started < seconds * 1000; due += GAP_MS) {
  await sleep(Math.max(0, due - performance.now()));
  const details = sampleDetails(made);
  if (kind === 'service') logOne(warmUp + made);
  else if (details.userId === undefined) throw new Error('no details');
  made += 1;
}
await service.flush();
const used = process.cpuUsage(before);
const elapsedMs = performance.now() - started;

const expected = kind === 'timer' ? 0 : warmUp + (kind === 'service' ? made : 0);
if (heard !== expected * 3) throw new Error(`the handlers heard ${heard} events instead of ${expected * 3}`);
if (service.getStats().totalProcessed !== expected) throw new Error('an event was not handed on');
process.stdout.write(
  JSON.stringify({
    percent: (used.user + used.system) / elapsedMs / 10,
    micros: (used.user + used.system) / made,
  }),
  () => process.exit(0),
);
