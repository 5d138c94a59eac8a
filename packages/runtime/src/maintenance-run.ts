import * as z from 'zod';

/** The last run of one maintenance task, kept as JSON in the hash `audit:maintenance` under the task's name. */
export const MaintenanceRun = z.object({
  task: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/),
  status: z.enum(['ok', 'failed']),
  started_at: z.iso.datetime(),
  finished_at: z.iso.datetime(),
  /** Code or first line of what went wrong, without secrets. */
  error: z.string().max(500).optional(),
});
export type MaintenanceRun = Readonly<z.output<typeof MaintenanceRun>>;

/** Name of the hash for a queue: its last part replaced, as for every key (`audit:queue` gives `audit:maintenance`). */
export function toMaintenanceKey(queueKey: string): string {
  return queueKey.replace(/[^:]*$/, 'maintenance');
}
