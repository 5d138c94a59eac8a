import { z } from 'zod';

const count = z.number().int().nonnegative();

const WorkerCounts = z.object({
  batches: count,
  /** Rows added by commits. */
  rows: count,
  /** Entries whose row was there before. */
  duplicates: count,
  /** Sum over batches of claim to finish, in milliseconds. */
  batch_ms_total: z.number().nonnegative(),
  /** Attempts to store a batch that failed. */
  failed_attempts: count,
  dead_letters: count,
});

/** What a worker says of itself every few seconds, kept as JSON in `audit:workers` under its id. */
export const WorkerBeat = z.object({
  worker: z.string().min(1).max(256),
  pid: count,
  host: z.string(),
  started_at: z.iso.datetime(),
  /** When this was said. */
  at: z.iso.datetime(),
  state: z.enum(['running', 'draining', 'stopped']),
  /** What the present depth calls for: 100, 300 or 1000 by default. */
  batch_size: count,
  slots: count,
  /** The last minute. */
  window: WorkerCounts.extend({ seconds: count }),
  /** Since `started_at`. */
  totals: WorkerCounts,
  rss_bytes: count,
  loop_lag_ms: z.number().nonnegative(),
  postgres: z.enum(['connected', 'away']),
  /** There while the worker claims and parks nothing, because Postgres refuses most of what it is given. */
  mass_poison: z.object({ sqlstate: z.string(), since: z.iso.datetime(), refused: count }).optional(),
  version: z.string(),
  /** Metrics of the process as prom-client's JSON. */
  metrics: z.array(z.unknown()).optional(),
});

export type WorkerBeat = Readonly<z.infer<typeof WorkerBeat>>;
