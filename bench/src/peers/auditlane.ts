/**
 * This project, as an application uses it: the public client with everything on (validation, redaction, receipts, the
 * copies that it keeps). Its workers are the real ones, started as PM2 would start them, so that nothing is opened here.
 */
import { createAuditClient } from '@auditlane/audit-client';
import { sampleEvent } from '../events/sample-events.ts';
import { waitUntilDrained } from '../queue/wait-until-drained.ts';
import { openRedis } from '../servers/redis-client.ts';
import type { Caller, Peer, Servers } from './peer.ts';

const POLL_MS = 10;

function openCaller({ redisUrl }: Servers): Promise<Caller> {
  // The rest of its settings come from the environment of the cell.
  const audit = createAuditClient({ serviceName: 'bench' });
  return Promise.resolve({
    call: async (number) => {
      const { status } = await audit.logAudit(sampleEvent(number));
      if (status !== 'queued') throw new Error(`event ${number} was not queued: ${status}`);
    },
    whenStored: async () => {
      await using redis = await openRedis(redisUrl);
      await waitUntilDrained(redis, { pollMs: POLL_MS });
    },
    close: () => audit.close(),
  });
}

/** This project's client. */
export const auditlane: Peer = { fill: null, openCaller, openWorker: null };
