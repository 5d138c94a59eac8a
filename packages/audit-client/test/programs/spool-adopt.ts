// Waits for SIGUSR2, then adopts what dead processes left in SPOOL_DIR and prints what was replayed.
import { once } from 'node:events';
import { createSpool } from '../support/create-spool.ts';

const { spool, queue } = createSpool(process.env['SPOOL_DIR'] ?? '', `adopter-${process.pid}`);
const start = once(process, 'SIGUSR2');
const alive = setInterval(() => undefined, 1000);
process.stdout.write(`${JSON.stringify({ isReady: true })}\n`);
await start;
clearInterval(alive);
await spool.queueAnswers();
while (spool.stats.bytes > 0) {
  spool.tick(performance.now(), true);
  await new Promise((resolve) => setTimeout(resolve, 20));
}
await spool.close();
const { adopted, replayed } = spool.stats;
const isLean = process.env['LEAN'] !== undefined;
const lines = isLean ? [] : queue.map((entry) => entry.line);
process.stdout.write(`${JSON.stringify({ adopted, replayed, lines, maxRssKb: process.resourceUsage().maxRSS })}\n`);
process.exit();
