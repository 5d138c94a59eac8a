// Logs an event, forks itself and lets the child log one: two producers, each with its own numbers.
import { fork } from 'node:child_process';
import { logAudit } from '../../src/index.ts';

await logAudit({ event_type: 'script.ran', event_category: 'info' });
if (process.env['IS_CHILD'] === undefined) {
  const child = fork(new URL(import.meta.url), { env: { ...process.env, IS_CHILD: 'yes' } });
  await new Promise((resolve) => child.once('exit', resolve));
}
await logAudit({ event_type: 'script.ran', event_category: 'info' });
