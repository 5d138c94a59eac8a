// Gives COUNT events to a batched processor (JOURNAL=default leaves the journal to the guarantee), prints their receipts, and then stays (END=stay), or has nothing left to do.
import { BatchedEventProcessor } from '../../src/index.ts';

const batched = new BatchedEventProcessor(
  undefined,
  process.env['JOURNAL'] === 'default' ? {} : { journal: process.env['JOURNAL'] === 'true' },
);
const receipts = await Promise.all(
  Array.from({ length: Number(process.env['COUNT']) }, (_, n) =>
    batched.addEvent({ type: 'script.ran', priority: 'info', details: { n } }),
  ),
);
for (let n = 0; n < Number(process.env['ALIKE'] ?? 0); n += 1) {
  void batched.addEvent({ type: 'script.ran', priority: 'info', details: { alike: true } });
}
process.stdout.write(`${JSON.stringify({ receipts })}\n`);
if (process.env['END'] === 'stay') setInterval(() => undefined, 1000);
