import type { WorkerBeat } from '@auditlane/queue';
import type { Output } from '../terminal/output.ts';
import { toBytes, toCount, toCounted, toDuration } from '../terminal/quantities.ts';
import { toStyled, type Piece } from '../terminal/styles.ts';

/** A beat older than this is of a worker that is gone, or cannot reach Redis. */
const BEAT_LIVES_MS = 15_000;
/** One that is older than this is history. */
const BEAT_SHOWN_MS = 60_000;

/** Whether the worker of this beat claims now. */
export function isRunning(beat: WorkerBeat, now: number): boolean {
  return beat.state === 'running' && now - Date.parse(beat.at) <= BEAT_LIVES_MS;
}

/** One line for each worker that has beaten in the last minute, and how many others there were. */
export function showFleet(output: Output, beats: readonly WorkerBeat[], now: number): void {
  const running = beats.filter((beat) => isRunning(beat, now)).length;
  if (running === 0) output.line(toStyled('no worker runs', 'bad'), ': npm start, or npm run pm2 -- list');
  else output.line(toStyled(toCounted(running, 'worker'), 'good'), ' at work');
  const recent = beats.filter((beat) => now - Date.parse(beat.at) <= BEAT_SHOWN_MS);
  if (recent.length > 0) showTable(output, recent, now);
  const gone = beats.length - recent.length;
  if (gone > 0) output.line(toStyled(`${toCounted(gone, 'worker')} gone for over a minute: --json has them`, 'dim'));
}

function showTable(output: Output, beats: readonly WorkerBeat[], now: number): void {
  output.table(
    [
      { title: 'worker', isElastic: true, keepsEnd: true },
      { title: 'state' },
      { title: 'rows/min', align: 'right' },
      { title: 'failed/min', align: 'right' },
      { title: 'batch', align: 'right' },
      { title: 'memory', align: 'right' },
      { title: 'since' },
      { title: 'release' },
    ],
    beats.toSorted((a, b) => (a.worker < b.worker ? -1 : 1)).map((beat) => toRow(beat, now)),
  );
}

function toRow(beat: WorkerBeat, now: number): readonly Piece[] {
  const { window } = beat;
  return [
    beat.worker,
    toState(beat, now),
    toCount(window.rows),
    window.failed_attempts === 0 ? '0' : toStyled(toCount(window.failed_attempts), 'warning'),
    toCount(beat.batch_size),
    toBytes(beat.rss_bytes),
    toDuration(now - Date.parse(beat.started_at)),
    beat.version,
  ];
}

function toState(beat: WorkerBeat, now: number): Piece {
  const silentMs = now - Date.parse(beat.at);
  if (beat.state === 'stopped') return toStyled('stopped', 'dim');
  if (silentMs > BEAT_LIVES_MS) return toStyled(`silent for ${toDuration(silentMs)}`, 'bad');
  if (beat.postgres !== 'connected') return toStyled('no Postgres', 'bad');
  return beat.state === 'running' ? 'running' : toStyled(beat.state, 'warning');
}
