// Logs in bursts, prints each receipt as it comes, and calls process.exit in the middle of a burst.
import { writeSync } from 'node:fs';
import { logAudit } from '../../src/index.ts';

for (let burst = 0; burst < 20; burst += 1) {
  const calls = Array.from({ length: 100 }, () => logAudit({ event_type: 'script.ran', event_category: 'info' }));
  for (const call of calls) void call.then((receipt) => writeSync(1, `${JSON.stringify(receipt)}\n`));
  if (burst === 19) setImmediate(() => process.exit(0));
  else await Promise.all(calls);
}
