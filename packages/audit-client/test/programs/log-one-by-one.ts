// Logs COUNT events, LOAD at a time, and prints each receipt as it is given; then stays until it is killed.
import { writeSync } from 'node:fs';
import { logAudit } from '../../src/index.ts';

const count = Number(process.env['COUNT'] ?? 100);
const load = Number(process.env['LOAD'] ?? 8);
for (let n = 0; n < count; n += load) {
  await Promise.all(
    Array.from({ length: load }, async (_, index) => {
      const receipt = await logAudit({ event_type: 'script.ran', event_category: 'info', metadata: { n: n + index } });
      // Written at once: what is printed when the process dies was acknowledged.
      writeSync(1, `${JSON.stringify({ receipt })}\n`);
    }),
  );
}
writeSync(1, `${JSON.stringify({ isDone: true })}\n`);
setInterval(() => undefined, 1000);
