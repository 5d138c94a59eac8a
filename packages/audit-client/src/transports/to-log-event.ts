import { cutText } from '@auditlane/schema';
import { toErrorDetails } from './error-details.ts';
import type { LogRecord } from './log-record.ts';

const MAX_MESSAGE_CHARACTERS = 8192;
/** Where a record names its correlation; the last is what OpenTelemetry puts into log records. */
const CORRELATION_FIELDS = ['correlationId', 'correlation_id', 'trace_id'] as const;
const TYPE_FIELDS = ['eventType', 'event_type'] as const;

/** What a record becomes. */
export interface LogEvent {
  readonly type: string;
  readonly details: Record<string, unknown>;
  readonly correlationId: string | undefined;
}

/**
 * The event of a record: its fields under their own names, so that `userId` fills the column `user_id`, the message as
 * `description`, the level as `level`, the error as `error` with its stack. A record with a field `description` keeps it,
 * and its message is then `message`.
 */
export function toLogEvent(record: LogRecord, type: string | ((record: LogRecord) => string) | undefined): LogEvent {
  // Without a prototype, so that a field called `__proto__` is one like any other.
  const details: Record<string, unknown> = Object.assign(Object.create(null), record.fields);
  const correlationId = findText(details, CORRELATION_FIELDS);
  const ownType = findText(details, TYPE_FIELDS);
  details['level'] = record.level;
  if (record.message !== '') {
    details['description' in details ? 'message' : 'description'] = cutText(record.message, MAX_MESSAGE_CHARACTERS);
  }
  const error = toErrorDetails(record.error);
  if (error !== null) details['error'] = error;
  return { type: nameOf(record, type) ?? ownType ?? `log.${record.level}`, details, correlationId };
}

/** The name by the option; undefined when there is none, or when the function of the user's throws or gives no text. */
function nameOf(record: LogRecord, type: string | ((record: LogRecord) => string) | undefined): string | undefined {
  if (typeof type !== 'function') return type;
  try {
    const name: unknown = type(record);
    return typeof name === 'string' && name !== '' ? name : undefined;
  } catch {
    return undefined;
  }
}

/** The first of these fields that is a text, taken out of the details. */
function findText(details: Record<string, unknown>, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = details[name];
    if (typeof value === 'string' && value !== '') {
      delete details[name];
      return value;
    }
  }
  return undefined;
}
