import { EXIT, type ExitCode } from '@auditlane/runtime';
import * as z from 'zod';
import { defineCommand } from '../command-line/define-command.ts';
import type { CommandContext } from '../context.ts';
import { toStyled } from '../terminal/styles.ts';
import { showFleet } from './show-fleet.ts';
import { showPostgres } from './show-postgres.ts';
import { showQueue } from './show-queue.ts';
import { readStatus, type Reading, type Status } from './read-status.ts';

/** `auditlane status`: everything at one glance. */
export const statusCommand = defineCommand({
  path: ['status'],
  summary: 'Show the queue, the workers, what is stored and what waits.',
  details: [
    'Asks Redis and Postgres directly, so it answers when the API does not. Exits 1 when one of them cannot be asked; doctor judges, this shows.',
  ],
  input: z.object({}),
  run: showStatus,
});

async function showStatus({ output, servers, now }: CommandContext): Promise<ExitCode> {
  const status = await readStatus(servers);
  output.json(toJson(status));
  if (status.redis.kind === 'read') {
    showQueue(output, status.redis.facts.queue);
    output.line();
    showFleet(output, status.redis.facts.beats, now());
  } else output.line(toStyled(status.redis.why, 'bad'));
  output.line();
  if (status.postgres.kind === 'read') showPostgres(output, status.postgres.facts, now());
  else output.line(toStyled(status.postgres.why, 'bad'));
  return status.redis.kind === 'read' && status.postgres.kind === 'read' ? EXIT.ok : EXIT.failed;
}

function toJson({ redis, postgres }: Status): unknown {
  return {
    redis: toJsonReading(redis, ({ queue, beats }) => ({
      main: { depth: queue.main.depth, oldest_age_ms: queue.main.oldestAgeMs },
      urgent: { depth: queue.urgent.depth, oldest_age_ms: queue.urgent.oldestAgeMs },
      in_flight: queue.inFlight,
      dead_letters_in_list: queue.failed,
      held: queue.held,
      counters: queue.stats,
      conservation_difference: queue.conservationDifference,
      incarnation: queue.incarnation,
      // Without the metrics of each process, which /metrics has.
      workers: beats.map((beat) => ({ ...beat, metrics: undefined })),
    })),
    postgres: toJsonReading(postgres, ({ rows, batches, lag, runs, movedLetters }) => ({
      dead_letters_in_table: movedLetters,
      last_minute: { rows, batches },
      ledger: { waiting_batches: lag.waitingBatches, lag_seconds: lag.lagSeconds, blocker: lag.blocker },
      maintenance: runs.map((run) => ({
        task: run.task,
        status: run.status,
        started_at: run.startedAt,
        finished_at: run.finishedAt,
        error: run.error,
        last_success_at: run.lastSuccessAt,
        last_failure_at: run.lastFailureAt,
      })),
    })),
  };
}

function toJsonReading<T>(reading: Reading<T>, toFacts: (facts: T) => object): unknown {
  return reading.kind === 'read'
    ? { state: 'connected', ...toFacts(reading.facts) }
    : { state: 'away', why: reading.why };
}
