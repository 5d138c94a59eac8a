import { raiseGeneration, readGeneration, storeInTransaction, toOwnRow, withTransaction } from '@auditlane/store';
import type { CommandContext } from '../context.ts';
import { PROCESS, toWriter } from '../operator/own-writer.ts';
import { ok, type Finding } from './finding.ts';

/**
 * Begins the next generation of the ledger and stores the event that tells of it, which is the first one in it: from
 * then on readers see past the batches of the former server. A crash between both leaves a generation that the next
 * batch of any writer opens, and running this again changes nothing but the missing event.
 */
export async function beginGeneration({ servers, operator }: CommandContext): Promise<Finding> {
  const pool = await servers.pool();
  const before = await readGeneration(pool);
  const after = await raiseGeneration(pool);
  const event = toOwnRow({
    eventType: 'audit.configuration.changed',
    resourceId: 'ledger',
    process: PROCESS,
    userId: operator.name,
    description: `${operator.name} began generation ${after.current} of the ledger after a restore`,
    metadata: { via: 'cli', before: { generation: before.current }, after: { generation: after.current } },
  });
  await withTransaction(pool, async (client) => storeInTransaction(client, [event], { writer: toWriter() }));
  return ok('after restore', `the ledger is in generation ${after.current} now (it was in ${before.newest})`);
}
