/**
 * One caller that waits for each of its writes: `critical-cell.ts <kind> <events>`, with the client's `critical` event or
 * with a `bare` prepared INSERT of the same row on a connection of its own. Prints the wait of a write as JSON.
 */
import { createAuditClient } from '@auditlane/audit-client';
import { loopClosed, timeCalls, type Call } from '../cells/loads.ts';
import { sampleEvent } from '../events/sample-events.ts';
import { percentile } from '../report/statistics.ts';
import { connectPostgres } from '../servers/postgres-client.ts';
import { toBareInsert } from './insert-rows.ts';
import { sampleRow } from './sample-row.ts';

/** As many writes before those that count: code that is called once a write is compiled for thousands of them. */
async function measure(count: number, write: Call): Promise<void> {
  const { call, waits } = timeCalls(write, count);
  await loopClosed({ callers: 1, count: 2 * count }, call);
  process.stdout.write(JSON.stringify({ p50Ms: percentile(waits, 0.5), p99Ms: percentile(waits, 0.99) }));
}

async function measureCritical(count: number): Promise<void> {
  const audit = createAuditClient({ serviceName: 'bench' });
  await measure(count, async (number) => {
    const { status } = await audit.logCriticalAudit(sampleEvent(number));
    if (status !== 'stored') throw new Error(`event ${number} was not stored: ${status}`);
  });
  await audit.close();
}

async function measureBare(count: number): Promise<void> {
  await using client = await connectPostgres(process.env['DATABASE_URL'] ?? '');
  await measure(count, (number) => client.query(toBareInsert(sampleRow(number))));
}

const [, , kind = '', events = '0'] = process.argv;
await (kind === 'bare' ? measureBare : measureCritical)(Number(events));
