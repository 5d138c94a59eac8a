/** Names of all tasks; a task's name is its row in `audit_maintenance_runs` and its schedule's id in Redis. */
export type TaskName = 'partitions' | 'retention' | 'self-check' | 'summarize' | 'losses' | 'dead-letters';

/** What a run did, for its row and its log line. */
export type RunDetails = Readonly<Record<string, unknown>>;

/**
 * Something that maintenance does again and again. `run` is idempotent and safe while another process runs it too;
 * a crash in it leaves work for the next run and nothing else. It rejects when a person may have to act.
 */
export interface Task {
  readonly name: TaskName;
  readonly everyMs: number;
  readonly run: () => Promise<RunDetails>;
}

/** A task that runs once per interval in the whole fleet, from its schedule in Redis. */
export interface ScheduledTask extends Task {
  /** How often a run that failed is tried, the first time included. */
  readonly attempts: number;
  /** Wait before the second attempt; doubles each time. */
  readonly retryMs: number;
}

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
