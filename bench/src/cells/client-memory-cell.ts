/**
 * One cell of the client's memory: `client-memory-cell.ts <share of the bounds>`. Fills what a client may keep: first what
 * it holds for replay after Redis has acknowledged it, then, with a queue that is full, what waits for a receipt, until calls
 * are refused as `buffer_full`. Prints what the client says it keeps, against its bounds, and what the process has grown by.
 */
import { createAuditClient, type Receipt } from '@auditlane/audit-client';
import { residentMbOf } from '../clocks/process-cpu.ts';
import { sampleEvent } from '../events/sample-events.ts';
import { expectQueued } from './expect-queued.ts';
import { loopClosed } from './loads.ts';

const MEBIBYTE = 1_048_576;
/** Less than any entry of the sample has, so that more events are made than the bounds have room for. */
const EVENT_BYTES = 500;
const share = Number(process.argv[2]);
const ringMaxBytes = Math.max(MEBIBYTE, Math.round(16 * MEBIBYTE * share));
const bufferMaxBytes = Math.max(MEBIBYTE, Math.round(64 * MEBIBYTE * share));
const bounds = { ringMaxBytes, bufferMaxBytes, bufferMaxEvents: 10_000_000, deadlineMs: 600_000 };

const acknowledged = Math.ceil((ringMaxBytes * 1.5) / EVENT_BYTES);
const audit = createAuditClient({ ...bounds, overflow: 'wait', maxQueueLength: acknowledged });
expectQueued(await audit.logAudit(sampleEvent(0)));
const idleMb = await residentMbOf(process.pid);
await loopClosed({ callers: 1_000, count: acknowledged - 1 }, async (number) => {
  expectQueued(await audit.logAudit(sampleEvent(number + 1)));
});

let refused: Receipt | null = null;
const waiting = Math.ceil((bufferMaxBytes * 2) / EVENT_BYTES);
for (let number = 0; number < waiting && refused === null; number += 1) {
  // Not awaited: there is no room in the queue, so that these wait until the process ends.
  void audit.logAudit(sampleEvent(number)).then((receipt) => {
    if (receipt.status === 'rejected') refused ??= receipt;
  });
  if (number % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve));
}
if (refused === null) throw new Error(`${waiting} events wait in memory, and none was refused`);

const { pending, ring } = audit.stats();
const grownMb = (await residentMbOf(process.pid)) - idleMb;
process.stdout.write(
  JSON.stringify({
    idleMb,
    boundMb: (ringMaxBytes + bufferMaxBytes) / MEBIBYTE,
    keptMb: (pending.bytes + ring.bytes) / MEBIBYTE,
    grownMb,
  }),
  // What waits would hold the process for as long as the deadline says.
  () => process.exit(0),
);
