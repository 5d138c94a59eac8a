import type { LastMaintenanceRun, LedgerLag } from '@auditlane/store';
import type { Output } from '../terminal/output.ts';
import { toCount, toCounted, toDuration } from '../terminal/quantities.ts';
import { toStyled, type Piece } from '../terminal/styles.ts';
import type { PostgresFacts } from './read-status.ts';

/** What was stored, how far readers of the ledger are behind, and the last run of each task of maintenance. */
export function showPostgres(
  output: Output,
  { rows, batches, lag, runs, movedLetters }: PostgresFacts,
  now: number,
): void {
  output.line(`stored in the last minute: ${toCounted(rows, 'row')} in ${toCounted(batches, 'batch', 'batches')}`);
  output.line('ledger: ', toLag(lag));
  if (movedLetters > 0)
    output.line(
      toStyled(`${toCounted(movedLetters, 'dead letter')} in the table`, 'bad'),
      ': npx auditlane failed list',
    );
  if (runs.length === 0) {
    output.line(toStyled('maintenance has not run yet', 'warning'));
    return;
  }
  output.line();
  output.table(
    [
      { title: 'maintenance' },
      { title: 'last run' },
      { title: '' },
      { title: 'ago' },
      { title: 'error', isElastic: true },
    ],
    runs.map((run) => [
      run.task,
      toOutcome(run),
      run.durationMs === null ? '' : toDuration(run.durationMs),
      toDuration(now - run.startedAt.getTime()),
      run.status === 'failed' ? (run.error ?? '') : '',
    ]),
  );
}

function toLag({ waitingBatches, lagSeconds, blocker }: LedgerLag): Piece {
  const by = blocker === null ? '' : `, behind pid ${blocker.pid} (${blocker.application}, ${blocker.state})`;
  const text = `${toCount(waitingBatches)} ${waitingBatches === 1 ? 'batch waits' : 'batches wait'} for an open transaction`;
  if (waitingBatches === 0) return 'readers are up to date';
  const whole = `${text}, ${toDuration(lagSeconds * 1000)}${by}`;
  return lagSeconds > 10 ? toStyled(whole, 'warning') : whole;
}

function toOutcome({ status }: LastMaintenanceRun): Piece {
  if (status === 'failed') return toStyled('failed', 'bad');
  return status === 'running' ? toStyled('running', 'warning') : 'succeeded';
}
