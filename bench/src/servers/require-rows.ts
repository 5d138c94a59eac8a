import { OWN_SOURCE } from '@auditlane/schema';
import type { PostgresClient } from './postgres-client.ts';

/**
 * Rejects unless the table holds exactly so many events: a figure of a run that lost or doubled some is none. What our
 * workers log about themselves (that they start with other settings than the last ones, say) is not counted.
 */
export async function requireRows(database: PostgresClient, name: string, events: number): Promise<void> {
  const { rows } = await database.query<{ stored: string }>(
    'select count(*) as stored from audit_logs where source is distinct from $1',
    [OWN_SOURCE],
  );
  const stored = Number(rows[0]?.stored);
  if (stored !== events) throw new Error(`${name} was given ${events} events and stored ${stored} rows`);
}
