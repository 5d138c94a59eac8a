import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WORKSPACE_DIR } from '@auditlane/runtime';
import { fillBlock } from './security-events/fill-block.ts';
import { toMetricTable } from './security-events/metric-table.ts';
import { toOptionTable } from './security-events/option-table.ts';
import { toTypeTable } from './security-events/type-table.ts';

const PAGES = [
  'docs/security-events.md',
  'docs/security-events-delivery.md',
  'docs/security-events-integrations.md',
  'docs/security-events-reference.md',
];
/** Stands on no page. While they are filled the pages are one text, so that each block must be on one of them, once. */
const FORM_FEED = '\f';

/** Each block of options with the interface whose comments it repeats. */
const OPTIONS = [
  {
    block: 'service options',
    file: 'events/service/security-event-service-config.ts',
    name: 'SecurityEventServiceConfig',
  },
  { block: 'redaction options', file: 'events/redaction/redaction-config.ts', name: 'RedactionConfig' },
  { block: 'hash options', file: 'events/redaction/redaction-config.ts', name: 'HashConfig' },
  { block: 'call options', file: 'events/service/event-options.ts', name: 'EventOptions' },
  { block: 'request options', file: 'events/service/event-options.ts', name: 'LogFromRequestOptions' },
  { block: 'batch options', file: 'events/batching/batch-options.ts', name: 'BatchProcessingOptions' },
  { block: 'emitter options', file: 'events/bus/security-event-emitter.ts', name: 'SecurityEventEmitterOptions' },
  { block: 'deduplication options', file: 'events/batching/redis-deduplication.ts', name: 'RedisDeduplicationOptions' },
  { block: 'middleware options', file: 'middleware/options.ts', name: 'SecurityEventsMiddlewareOptions' },
  { block: 'transport options', file: 'transports/log-transport-options.ts', name: 'LogTransportOptions' },
  {
    block: 'winston options',
    file: 'transports/winston/winston-transport-options.ts',
    name: 'WinstonTransportOptions',
  },
  { block: 'pino options', file: 'transports/pino/pino-transport-options.ts', name: 'PinoTransportOptions' },
] as const;

/** The pages about security events: their tables of types, options and metrics, from the client's own catalogue, comments and metrics. */
export async function generate(): Promise<Record<string, string>> {
  let text = PAGES.map((path) => readFileSync(join(WORKSPACE_DIR, path), 'utf8')).join(FORM_FEED);
  text = fillBlock(text, 'types', toTypeTable());
  text = fillBlock(text, 'metrics', toMetricTable());
  for (const { block, file, name } of OPTIONS) {
    const source = readFileSync(join(WORKSPACE_DIR, 'packages/audit-client/src', file), 'utf8');
    text = fillBlock(text, block, toOptionTable(source, name));
  }
  return Object.fromEntries(text.split(FORM_FEED).map((page, index) => [PAGES[index] ?? '', page]));
}
