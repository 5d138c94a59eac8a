// Logs COUNT events, forks itself when CHILDREN says so, waits for a message, and ends: by close(), or by itself.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createAuditClient } from '../../src/index.ts';

const client = createAuditClient();
const print = (facts: object): void => void process.stdout.write(`${JSON.stringify(facts)}\n`);
const logged = await Promise.all(
  Array.from({ length: Number(process.env['COUNT']) }, () =>
    client.logAudit({ event_type: 'script.ran', event_category: 'info' }),
  ),
);
const ids = logged.map((receipt) => (receipt.status === 'queued' ? receipt.id : ''));
print({ producer: client.stats().producerId, ids });

if (process.env['CHILDREN'] === '1') {
  const child = fork(new URL(import.meta.url), {
    env: { ...process.env, CHILDREN: '0', COUNT: '70' },
  });
  process.once('message', () => child.send('end'));
}
await once(process, 'message');
process.disconnect?.();
if (process.env['END'] === 'close') await client.close();
// Otherwise one more event, whose answer shows the loss, and then nothing is left to do.
else await client.logAudit({ event_type: 'script.ran', event_category: 'info' });
if (process.env['END'] === 'close') print({ ring: client.stats().ring });
