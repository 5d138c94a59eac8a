import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WORKSPACE_DIR } from '@auditlane/runtime';
import { fillBlock } from './security-events/fill-block.ts';
import { toMetricTable } from './security-events/metric-table.ts';
import { toOptionTable } from './security-events/option-table.ts';
import { toTypeTable } from './security-events/type-table.ts';

const PAGE = 'docs/security-events.md';

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

/** docs/security-events.md: its tables of types, options and metrics, from the client's own catalogue, comments and metrics. */
export async function generate(): Promise<Record<string, string>> {
  let page = readFileSync(join(WORKSPACE_DIR, PAGE), 'utf8');
  page = fillBlock(page, 'types', toTypeTable());
  page = fillBlock(page, 'metrics', toMetricTable());
  for (const { block, file, name } of OPTIONS) {
    const source = readFileSync(join(WORKSPACE_DIR, 'packages/audit-client/src', file), 'utf8');
    page = fillBlock(page, block, toOptionTable(source, name));
  }
  return { [PAGE]: page };
}
