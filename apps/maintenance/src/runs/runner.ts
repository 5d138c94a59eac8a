import { createRateLimitedLog } from '@auditlane/runtime';
import type { Logger, RateLimitedLog } from '@auditlane/runtime';
import type { RunDetails, Task } from '../tasks/task.ts';
import { HOUR_MS } from '../tasks/task.ts';
import type { RunNotes } from './run-notes.ts';

const MINUTE_MS = 60_000;

export interface RunnerParts {
  readonly notes: RunNotes;
  readonly logger: Logger;
  readonly host: string;
  readonly pid: number;
  readonly now: () => Date;
}

/** How a run ended. */
export type RunOutcome = { readonly kind: 'succeeded' } | { readonly kind: 'failed'; readonly error: unknown };

export interface Runner {
  /** Runs a task now. Never rejects; a failure is logged, noted, and told. */
  run(task: Task): Promise<RunOutcome>;
  /** Resolves when no run is in progress. */
  idle(): Promise<void>;
}

/**
 * The one way to run a task: whoever asks (timer, schedule, start), the run is noted before and after, and logged. A
 * process that dies in between leaves the row `running`, and the next run replaces it.
 */
export function createRunner(parts: RunnerParts): Runner {
  const running = new Set<Promise<RunOutcome>>();
  // A task that runs every few seconds, and fails, says so every ten; of the others each failure is told.
  const failures = createRateLimitedLog(parts.logger);
  return {
    run: async (task) => {
      const outcome = runNoted({ ...parts, failures }, task);
      running.add(outcome);
      try {
        return await outcome;
      } finally {
        running.delete(outcome);
      }
    },
    idle: async () => void (await Promise.all(running)),
  };
}

interface NotingParts extends RunnerParts {
  readonly failures: RateLimitedLog;
}

async function runNoted(parts: NotingParts, task: Task): Promise<RunOutcome> {
  const { notes, host, pid, now } = parts;
  const begun = { task: task.name, startedAt: now(), host, pid };
  await notes.started(begun);
  const { outcome, details } = await attempt(task);
  const finishedAt = now();
  const durationMs = finishedAt.getTime() - begun.startedAt.getTime();
  logOutcome(parts, task, { outcome, details, durationMs });
  const error = outcome.kind === 'failed' ? describe(outcome.error) : null;
  await notes.finished({ ...begun, status: outcome.kind, finishedAt, error, details });
  return outcome;
}

async function attempt(task: Task): Promise<{ readonly outcome: RunOutcome; readonly details: RunDetails | null }> {
  try {
    return { outcome: { kind: 'succeeded' }, details: await task.run() };
  } catch (error) {
    return { outcome: { kind: 'failed', error }, details: null };
  }
}

interface EndedRun {
  readonly outcome: RunOutcome;
  readonly details: RunDetails | null;
  readonly durationMs: number;
}

function logOutcome({ logger, failures }: NotingParts, task: Task, { outcome, details, durationMs }: EndedRun): void {
  const facts = { task: task.name, duration_ms: durationMs };
  if (outcome.kind === 'failed') {
    const failure = { ...facts, err: outcome.error };
    if (task.everyMs < MINUTE_MS) failures.error(task.name, failure, 'maintenance run failed');
    else logger.error(failure, 'maintenance run failed');
    return;
  }
  const level = task.everyMs < HOUR_MS ? 'debug' : 'info';
  logger[level]({ ...facts, ...details }, 'maintenance run succeeded');
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
