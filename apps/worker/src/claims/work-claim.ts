import { QueueError } from '@auditlane/queue';
import type { Claim, Queue } from '@auditlane/queue';
import type { Logger, Sleep } from '@auditlane/runtime';
import { LineBuffer } from '@auditlane/store';
import type { Tally } from '../beats/tally.ts';
import { outageBackoffMs } from '../outages/backoff.ts';
import type { MassPoison } from '../outages/mass-poison.ts';
import type { BatchWriter, Written } from '../storing/batch-writer.ts';
import type { CrashPoint } from '../storing/crash-point.ts';
import { toDeadLetterLines, toDeadLetters } from '../storing/dead-letters.ts';
import type { DeadLetterLine } from '../storing/dead-letters.ts';
import { decodeClaim } from '../storing/decode-claim.ts';
import type { DecodedClaim, DecodedEntry, RejectedEntry } from '../storing/decode-claim.ts';
import { keepLostHeld } from '../storing/keep-lost-held.ts';
import { keepLostLetters } from '../storing/keep-lost-letters.ts';
import type { KeepLostParts } from '../storing/keep-lost-letters.ts';
import type { ProbeEntries } from '../storing/probe-entries.ts';
import { toSuspect } from '../storing/to-suspect.ts';
import type { DrainSignals } from './drain-signals.ts';
import type { HeldClaim, HeldClaims } from './held-claims.ts';
import { untilAnswered } from './until-answered.ts';

/**
 * What a worker does with one claim, from its first entry to its end:
 *
 *     decode ── store (COMMIT) ── finish        the usual road
 *                 │                  │ gone: somebody finished it, or a repeated call, or Redis lost its data set
 *                 │                  └ fenced: its adopter will
 *                 └ drain while Postgres is away: release, to be claimed next
 *
 * What Postgres refuses is parked, unless it refuses so much that it is not the events' fault (`mass-poison.ts`).
 *
 * A crash before COMMIT leaves no row, a crash after it leaves rows that the adopter finds as duplicates; the claim
 * stays in Redis until `finish`, so neither loses an entry. Whatever cannot be told to Redis (finish, release) is left
 * to the lease.
 *
 * A batch whose holders died while decoding is suspected: from the third attempt on its entries are probed in a child
 * process, and stored in small pieces. From the sixth it is begun late as well, and one entry at a time, at odd
 * attempts from the other end: what the probe does not reproduce cannot make the fleet crash in a tight loop, and every
 * entry but the culprit is stored. Only an entry that killed two children becomes a dead letter.
 */
export interface WorkClaimParts {
  readonly worker: string;
  readonly queue: Pick<Queue, 'enqueue' | 'finish' | 'heldAmong' | 'parked' | 'redrives' | 'release'>;
  readonly keepLetters: KeepLostParts['keepLetters'];
  readonly heldClaims: HeldClaims;
  readonly writer: BatchWriter;
  readonly massPoison: Pick<MassPoison, 'store'>;
  readonly probe: ProbeEntries;
  /** Buffers of claims whose statements have all ended, to be used again: a new one for each claim takes memory. */
  readonly spareLines: LineBuffer[];
  readonly tally: Tally;
  readonly drain: DrainSignals;
  readonly sleep: Sleep;
  readonly random: () => number;
  readonly clockMs: () => number;
  readonly now: () => number;
  readonly crashPoint: CrashPoint;
  readonly logger: Logger;
}

/** A claim, and whether another worker held it before. */
export interface TakenClaim {
  readonly claim: Claim;
  readonly isAdopted: boolean;
}

const SUSPECT_ATTEMPT = 3;
const SUSPECT_PIECE = 10;
const LATE_ATTEMPT = 6;

/** Works on a claim until it is finished, released, fenced or left to its lease. Rejects only on a defect of ours. */
export async function workClaim(parts: WorkClaimParts, taken: TakenClaim): Promise<void> {
  const held = parts.heldClaims.hold(taken.claim);
  try {
    parts.crashPoint('after-claim');
    await storeHeld(parts, held, taken.isAdopted);
  } finally {
    held.letGo();
  }
}

async function storeHeld(parts: WorkClaimParts, held: HeldClaim, isAdopted: boolean): Promise<void> {
  const startedMs = parts.clockMs();
  const firstMs = parts.now();
  const { attempt, entries } = held.claim;
  const lines = parts.spareLines.pop() ?? new LineBuffer(0);
  const decoded = attempt < SUSPECT_ATTEMPT ? decodeClaim(entries, lines) : await decodeSuspects(parts, held);
  const rows = attempt >= LATE_ATTEMPT && attempt % 2 === 1 ? decoded.rows.toReversed() : decoded.rows;
  const written = await unlessLeft(storeRows(parts, held, { rows, isAdopted }), parts.drain.leavePostgres);
  if (held.fenced.aborted) return;
  if (written.kind === 'interrupted') return release(parts, held);
  parts.spareLines.push(lines);
  parts.crashPoint('after-commit');
  parts.tally.stored({ rows: written.inserted, duplicates: written.duplicates, conflicts: written.conflicts });
  const rejected = [...decoded.rejected, ...written.rejected];
  const deadLetters = await toLines(parts, rejected, { attempt, firstMs });
  const { inserted, duplicates } = written;
  const finished = await finish(parts, held, { stored: inserted, duplicates, deadLetters, held: decoded.held });
  if (finished !== 'finished' && finished !== 'gone') return;
  if (finished === 'gone') await keepLost(parts, held, { lines: deadLetters, entries: decoded.held });
  parts.tally.finished({ held: decoded.held.length, elapsedMs: parts.clockMs() - startedMs });
  countDeadLetters(parts, held, rejected);
}

async function storeRows(
  { writer, massPoison, drain }: WorkClaimParts,
  held: HeldClaim,
  { rows, isAdopted }: { readonly rows: readonly DecodedEntry[]; readonly isAdopted: boolean },
): Promise<Written> {
  const { attempt, epoch } = held.claim;
  const isRedelivered = isAdopted || attempt > 1 || epoch > 1;
  const maxPiece = attempt < SUSPECT_ATTEMPT ? {} : { maxPiece: attempt < LATE_ATTEMPT ? SUSPECT_PIECE : 1 };
  return massPoison.store({
    rows,
    held,
    stop: drain.stop,
    write: (some, { isAgain }) =>
      writer.write(some, { held, isRedelivered: isRedelivered || isAgain, stop: drain.stop, ...maxPiece }),
  });
}

/** Probes the entries before this process decodes them; late for a batch that survives its probe and kills all the same. */
async function decodeSuspects(parts: WorkClaimParts, held: HeldClaim): Promise<DecodedClaim> {
  const { attempt, batchId, entries } = held.claim;
  parts.logger.warn(
    { batch_id: batchId, attempt, entries: entries.length },
    'batch ended its holders before, probing it',
  );
  if (attempt >= LATE_ATTEMPT) await parts.sleep(outageBackoffMs(attempt, parts.random), parts.drain.stop);
  const { survivors, suspects } = await parts.probe(entries);
  const decoded = decodeClaim(survivors);
  return { ...decoded, rejected: [...decoded.rejected, ...suspects.map(toSuspect)] };
}

/** The result, or `interrupted` when the drain can wait no longer. The statement then ends without a listener. */
async function unlessLeft(writing: Promise<Written>, left: AbortSignal): Promise<Written> {
  const leaving = Promise.withResolvers<Written>();
  const leave = (): void => leaving.resolve({ kind: 'interrupted' });
  if (left.aborted) leave();
  left.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([writing, leaving.promise]);
  } finally {
    left.removeEventListener('abort', leave);
  }
}

/** Letters that were redriven before go on counting; without an answer of Redis they begin anew. */
async function toLines(
  parts: WorkClaimParts,
  rejected: readonly RejectedEntry[],
  o: { readonly attempt: number; readonly firstMs: number },
): Promise<readonly DeadLetterLine[]> {
  if (rejected.length === 0) return [];
  const letters = toDeadLetters(rejected, { ...o, worker: parts.worker, nowMs: parts.now() });
  const redrives = await ask(parts, 'redrives', () => parts.queue.redrives(letters.map(({ id }) => id)));
  return toDeadLetterLines(letters, redrives ?? new Map());
}

async function release(parts: WorkClaimParts, held: HeldClaim): Promise<void> {
  const { batchId, epoch } = held.claim;
  const answer = await ask(parts, 'release', () => parts.queue.release({ batchId, epoch }));
  if (answer === 'released') parts.tally.released();
  if (answer === 'fenced') parts.tally.fenced();
}

async function finish(
  parts: WorkClaimParts,
  held: HeldClaim,
  outcome: Omit<Parameters<Queue['finish']>[0], 'batchId' | 'epoch'>,
): Promise<'finished' | 'gone' | 'fenced' | null> {
  const { batchId, epoch } = held.claim;
  const answer = await ask(parts, 'finish', () => parts.queue.finish({ batchId, epoch, ...outcome }));
  if (answer === 'fenced') parts.tally.fenced();
  if (answer === 'gone') parts.tally.gone();
  return answer;
}

/** Keeps what would be lost with the data set of Redis, for as long as it takes; a drain waits as long as for a batch. */
async function keepLost(
  parts: WorkClaimParts,
  held: HeldClaim,
  { lines, entries }: { readonly lines: readonly DeadLetterLine[]; readonly entries: readonly Buffer[] },
): Promise<void> {
  if (lines.length === 0 && entries.length === 0) return;
  const facts = { batch_id: held.claim.batchId, dead_letters: lines.length, held: entries.length };
  const kept = await untilAnswered(
    async () => ({
      letters: await keepLostLetters(parts, lines),
      entries: await keepLostHeld(parts.queue, entries),
    }),
    {
      sleep: parts.sleep,
      random: parts.random,
      onError: (error) => {
        parts.logger.warn(
          { ...facts, err: error },
          'dead letters and held entries of a claim that is gone are not kept yet',
        );
        return true;
      },
    },
    parts.drain.leavePostgres,
  );
  if (kept === null) parts.logger.error(facts, 'what a claim that is gone had to keep was left, it may be lost');
  if (kept !== null && kept.letters > 0)
    parts.logger.error({ ...facts, kept: kept.letters }, 'redis lost dead letters, they are in audit_dead_letters');
  if (kept !== null && kept.entries > 0)
    parts.logger.error({ ...facts, kept: kept.entries }, 'redis lost held entries, they are in the queue again');
}

/** Asks Redis until it answers, or until the drain leaves it; null when the claim is left to its lease. */
async function ask<T>(
  parts: WorkClaimParts,
  verb: 'finish' | 'redrives' | 'release',
  call: () => Promise<T>,
): Promise<T | null> {
  const answer = await untilAnswered(
    call,
    {
      sleep: parts.sleep,
      random: parts.random,
      onError: (error) => {
        parts.tally.redisFailed(verb, error);
        return !(error instanceof QueueError) || error.isRetryable;
      },
    },
    parts.drain.leaveRedis,
  );
  if (answer === null && verb !== 'redrives')
    parts.logger.warn({ verb }, 'redis did not answer, the claim is left to its lease');
  return answer;
}

function countDeadLetters(parts: WorkClaimParts, held: HeldClaim, rejected: readonly RejectedEntry[]): void {
  if (rejected.length === 0) return;
  for (const entry of rejected) parts.tally.parked(entry.reason);
  const { reason, sqlstate, id } = rejected[0] ?? {};
  parts.logger.warn(
    { batch_id: held.claim.batchId, dead_letters: rejected.length, first: { id, reason, sqlstate } },
    'parked dead letters',
  );
}
