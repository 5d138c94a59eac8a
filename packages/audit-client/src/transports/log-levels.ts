import type { Severity } from '@auditlane/schema';
import { EventPriority } from '../events/event-priority.ts';

/** What a log level means for the event: how bad it is, and how soon it is handed on. */
export interface LevelMeaning {
  readonly severity: Severity;
  readonly priority: EventPriority;
}

/** Level names to their meaning. */
export type LevelTable = Readonly<Record<string, LevelMeaning>>;

const CRITICAL: LevelMeaning = { severity: 'critical', priority: EventPriority.CRITICAL };
const HIGH: LevelMeaning = { severity: 'high', priority: EventPriority.HIGH };
const MEDIUM: LevelMeaning = { severity: 'medium', priority: EventPriority.MEDIUM };
const LOW: LevelMeaning = { severity: 'low', priority: EventPriority.LOW };
const INFO: LevelMeaning = { severity: 'info', priority: EventPriority.INFO };

/**
 * The levels of pino, of winston's `npm` and `syslog` sets and of its `cli` set. Entries given as the option `levels`
 * replace these one by one; a level that neither has is `info`.
 */
export const DEFAULT_LOG_LEVELS: LevelTable = Object.freeze({
  fatal: CRITICAL,
  emerg: CRITICAL,
  alert: CRITICAL,
  crit: CRITICAL,
  error: HIGH,
  warn: MEDIUM,
  warning: MEDIUM,
  notice: LOW,
  info: INFO,
  help: INFO,
  data: INFO,
  prompt: INFO,
  input: INFO,
  http: INFO,
  verbose: INFO,
  debug: INFO,
  trace: INFO,
  silly: INFO,
});

/** The meaning of a level under a table of the user's, which may be partial. */
export function createLevelReader(replaced: LevelTable): (level: string) => LevelMeaning {
  const table = new Map([...Object.entries(DEFAULT_LOG_LEVELS), ...Object.entries(replaced)]);
  return (level) => table.get(level) ?? INFO;
}
