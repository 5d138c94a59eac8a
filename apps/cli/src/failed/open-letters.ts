import { createAuditClient } from '@auditlane/audit-client';
import { createDeadLetters, type Actor, type DeadLetters } from '@auditlane/dead-letters';
import type { CommandContext } from '../context.ts';
import { PROCESS } from '../operator/own-writer.ts';
import { toGivenRedisUrl } from '../servers/settings.ts';

/** Dead letters, and who acts on them. */
export interface LettersAccess {
  readonly letters: DeadLetters;
  readonly actor: Actor;
}

/**
 * Opens both servers. Each action is an event of its own before it is done, and another one after: committed in Postgres,
 * or else in the urgent lane or the spool; when it can be kept nowhere, nothing is done.
 */
export async function openLetters({ servers, operator, stack }: CommandContext): Promise<LettersAccess> {
  const { queue } = await servers.redis();
  const pool = await servers.pool();
  const settings = servers.settings();
  const client = createAuditClient({
    redisUrl: toGivenRedisUrl(settings),
    databaseUrl: servers.databaseUrl(),
    queueKey: settings.env.AUDIT_QUEUE_KEY,
    serviceName: PROCESS,
    host: operator.host,
    // A refused event is told by the error of the action.
    logger: { warn: () => {} },
  });
  stack.defer(() => client.close());
  const letters = createDeadLetters({
    queue,
    pool,
    capacity: settings.env.AUDIT_MAX_QUEUE_LENGTH,
    record: (event) => client.logCriticalAudit(event),
  });
  return { letters, actor: { id: operator.name, via: 'cli' } };
}
