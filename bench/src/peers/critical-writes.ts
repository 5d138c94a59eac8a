import { runCell } from '../cells/run-cell.ts';
import { emptyServers } from '../servers/empty-servers.ts';
import type { Ground } from '../servers/ground.ts';
import { requireRows } from '../servers/require-rows.ts';
import type { SteadyRun } from './contest.ts';

/** What one caller waits for a committed row, one write after the other: `logCriticalAudit`, or a bare INSERT. */
export async function writeOneByOne(ground: Ground, kind: 'critical' | 'bare', events: number): Promise<SteadyRun> {
  await emptyServers(ground.stack);
  const args = [kind, events];
  const { p50Ms = Number.NaN, p99Ms = Number.NaN } = await runCell('../peers/critical', { stack: ground.stack, args });
  // Those of the warm-up are rows, too.
  await requireRows(ground.database, kind, 2 * events);
  return { p50Ms, p99Ms };
}
