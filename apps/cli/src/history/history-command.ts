import { EXIT, type ExitCode } from '@auditlane/runtime';
import { readHistory, type HistoryEvent } from '@auditlane/store';
import * as z from 'zod';
import { defineCommand } from '../command-line/define-command.ts';
import { pastTime, text, uuid, wholeNumber } from '../command-line/value-kinds.ts';
import type { CommandContext } from '../context.ts';
import { toCounted } from '../terminal/quantities.ts';
import { toStyled } from '../terminal/styles.ts';
import { toEventLines } from './event-lines.ts';
import { toShellWord } from './shell-word.ts';

const Input = z.object({
  resource_type: text(255),
  resource_id: text(1024),
  limit: wholeNumber(1, 1000).default(20),
  before: uuid().optional(),
  since: pastTime().optional(),
});

/** `auditlane history`: what happened to one thing. */
export const historyCommand = defineCommand({
  path: ['history'],
  summary: 'Show what happened to one thing, newest first: who, when, before, after.',
  details: [
    'Times are UTC. What was kept before and after a change is metadata.before and metadata.after of the event.',
    'A thing of Auditlane itself has a history, too: api_key <id>, dead_letter <id>, configuration <name> (audit-api, audit-worker, audit-maintenance once their settings have changed, ledger after a restore).',
  ],
  arguments: [
    { name: 'resource_type', description: 'Kind of the thing, such as api_key.' },
    { name: 'resource_id', description: 'Which one.' },
  ],
  options: {
    limit: { value: 'n', description: 'Events at most, 1 to 1000; default 20.' },
    before: { value: 'id', description: 'Only events before this one: how the next page is asked for.' },
    since: {
      value: 'time',
      description:
        'Only events since: a date (UTC), a time, or a span such as 12h or 30d. Faster, since older events are not looked at.',
    },
  },
  examples: ['history api_key key_7', 'history account mallory --limit 100 --json'],
  input: Input,
  run: showHistory,
});

async function showHistory({ now, output, servers }: CommandContext, input: z.output<typeof Input>): Promise<ExitCode> {
  const { resource_type: resourceType, resource_id: resourceId, limit, before = null } = input;
  // One more than is shown tells whether there is a next page.
  const since = input.since?.(new Date(now()));
  const wanted = { resourceType, resourceId, before, ...(since === undefined ? {} : { since }) };
  const found = await readHistory(await servers.pool(), { ...wanted, limit: limit + 1 });
  const events = found.slice(0, limit);
  const next = found.length > limit ? (events.at(-1)?.id ?? null) : null;
  output.json({ events: events.map(toJsonEvent), next });
  if (events.length === 0) {
    const where = before === null ? '' : ` before ${before}`;
    output.line(`no events of ${resourceType} ${resourceId}${where}`);
    return EXIT.ok;
  }
  for (const event of events) for (const line of toEventLines(event)) output.line(...line);
  if (next === null) {
    const older = before === null ? '' : 'older ';
    output.line(
      toStyled(`no more: ${toCounted(events.length, `${older}event`)} of ${resourceType} ${resourceId}`, 'dim'),
    );
  } else {
    const thing = `${toShellWord(resourceType)} ${toShellWord(resourceId)}`;
    const size = limit === 20 ? '' : ` --limit ${limit}`;
    const bound = since === undefined ? '' : ` --since ${since.toISOString().replace(/\.\d+/u, '')}`;
    output.line(toStyled('older ones: ', 'dim'), `npx auditlane history ${thing}${size}${bound} --before ${next}`);
  }
  return EXIT.ok;
}

/** By the names of the columns, as the HTTP interface has them. */
function toJsonEvent(event: HistoryEvent): Readonly<Record<string, unknown>> {
  return {
    id: event.id,
    created_at: event.createdAt,
    stored_at: event.storedAt,
    occurred_at: event.occurredAt,
    event_type: event.eventType,
    event_category: event.eventCategory,
    event_domain: event.eventDomain,
    severity: event.severity,
    outcome: event.outcome,
    user_id: event.userId,
    resource_type: event.resourceType,
    resource_id: event.resourceId,
    description: event.description,
    metadata: event.metadata,
    ip_address: event.ipAddress,
    user_agent: event.userAgent,
    source: event.source,
    service_name: event.serviceName,
    tenant_id: event.tenantId,
    correlation_id: event.correlationId,
    host: event.host,
    producer_id: event.producerId,
    producer_seq: event.producerSeq,
    schema_version: event.schemaVersion,
    flags: event.flags,
  };
}
