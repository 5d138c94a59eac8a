import type { AuditClient } from './audit-client.ts';
import { type AuditLogger, createStderrLogger } from './audit-logger.ts';
import { onBeforeExit } from './before-exit.ts';
import { Client } from './client.ts';
import { createMisconfiguredClient } from './misconfigured-client.ts';
import { createProducer } from './producer.ts';
import { readSettings } from './settings/read-settings.ts';
import { createWarnings } from './warnings.ts';

const NO_DATABASE =
  'audit client keeps every event on disk: AUDIT_GUARANTEE=strict removes it once Postgres has it, which takes DATABASE_URL or AUDIT_WRITER_URL';

/** Builds a client from options of any shape and the environment; total. No I/O before the first call. */
export function createClient(options: unknown, acceptIds: boolean): AuditClient {
  const warnings = createWarnings(findLogger(options) ?? createStderrLogger(), Date.now);
  const result = readSettings(options, process.env);
  if (result.kind === 'invalid') {
    return createMisconfiguredClient(result.issues, warnings);
  }
  const { guarantee, databaseUrl, writerUrl } = result.settings;
  if (guarantee === 'strict' && databaseUrl === undefined && writerUrl === undefined) {
    warnings.warn(NO_DATABASE);
  }
  const client = new Client({
    settings: result.settings,
    producer: createProducer(),
    warnings,
    now: Date.now,
    acceptIds,
  });
  onBeforeExit(client);
  return client;
}

function findLogger(options: unknown): AuditLogger | null {
  try {
    const logger: unknown =
      typeof options === 'object' && options !== null ? Reflect.get(options, 'logger') : undefined;
    return isLogger(logger) ? logger : null;
  } catch {
    return null;
  }
}

function isLogger(value: unknown): value is AuditLogger {
  return typeof value === 'object' && value !== null && 'warn' in value && typeof value.warn === 'function';
}
