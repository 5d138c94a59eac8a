import type { Sleep } from '@auditlane/runtime';
import type { HeldClaim } from '../claims/held-claims.ts';
import type { Written } from '../storing/batch-writer.ts';
import type { DecodedEntry, RejectedEntry } from '../storing/decode-claim.ts';
import { outageBackoffMs } from './backoff.ts';
import { Beliefs } from './beliefs.ts';
import { ControlRow } from './control-row.ts';
import { isSuspicious, toMajority, toRun } from './refusal-run.ts';
import type { Majority, RefusalRun } from './refusal-run.ts';

/**
 * Stands between what Postgres refused and the dead letters. When it refuses most of what it is given, the events are
 * seldom at fault: somebody added a constraint, changed a column, or a release encodes badly.
 *
 *     trusting ── three batches in a row, more than half of each refused with one SQLSTATE ──▶ suspecting
 *     suspecting ── Postgres accepts the rows of the batch in hand ──────────────────────────▶ trusting
 *     suspecting ── the rows are believed to be poison, and are parked ──────────────────────▶ trusting
 *
 * Suspecting, the worker claims nothing and parks nothing; it keeps the batch in hand and tries its refused rows one by
 * one, after a capped backoff. What it takes to believe that they are poison depends on the control, an event that this
 * worker has stored before:
 *
 * - Postgres refuses the control: it would refuse good events, too. Waiting holds up nothing that could be stored, so
 *   the worker waits for ever, as in an outage.
 * - Postgres accepts it: good events could be stored, and must not wait long for bad ones. After a minute the rows are
 *   believed to be poison, and for as long as such batches go on, and the control is accepted, they stop nobody again.
 * - There is no control yet, since this worker has stored nothing: a quarter of an hour.
 * - The operator says so: at once, whatever the control.
 *
 * A crash while suspecting leaves the claim to its lease in the state `waiting`: no attempt counts. A drain releases it.
 */
export interface MassPoisonParts {
  readonly sleep: Sleep;
  readonly random: () => number;
  readonly clockMs: () => number;
  readonly now: () => number;
  readonly onChange: (change: SuspicionChange, suspicion: Suspicion) => void;
}

export type SuspicionChange = 'suspected' | 'accepted' | 'believed' | 'left';

export interface Suspicion {
  readonly sqlstate: string;
  /** What the server said of the first row, without values. */
  readonly detail: string;
  /** ISO time. */
  readonly since: string;
  /** Rows refused in the batches that led here. */
  readonly refused: number;
}

/** The rows of one claim, and how to store some of them. */
export interface RowsInHand {
  readonly rows: readonly DecodedEntry[];
  readonly held: Pick<HeldClaim, 'mark' | 'fenced'>;
  /** Ends the waiting. */
  readonly stop: AbortSignal;
  readonly write: (rows: readonly DecodedEntry[], o: { readonly isAgain: boolean }) => Promise<Written>;
}

type Outcome = Extract<Written, { kind: 'written' }>;

interface Open {
  readonly suspicion: Suspicion;
  readonly done: PromiseWithResolvers<void>;
  readonly verdict: AbortController;
}

const PATIENCE_MS = 60_000;
const PATIENCE_WITHOUT_CONTROL_MS = 900_000;
const INTERRUPTED = { kind: 'interrupted' } as const;

export class MassPoison {
  readonly #parts: MassPoisonParts;
  readonly #beliefs: Beliefs;
  readonly #control = new ControlRow();
  #run: RefusalRun | null = null;
  #open: Open | null = null;
  /** How often a suspicion has ended because the rows were accepted. */
  #ended = 0;

  constructor(parts: MassPoisonParts) {
    this.#parts = parts;
    this.#beliefs = new Beliefs(parts.clockMs);
  }

  /** What is suspected now; null while all is well. */
  get suspicion(): Suspicion | null {
    return this.#open?.suspicion ?? null;
  }

  /** Resolves when nothing is suspected, or when the signal aborts; the caller looks. */
  async ended(signal: AbortSignal): Promise<void> {
    while (this.#open !== null && !signal.aborted) {
      const aborted = Promise.withResolvers<void>();
      const abort = (): void => aborted.resolve();
      signal.addEventListener('abort', abort, { once: true });
      await Promise.race([this.#open.done.promise, aborted.promise]);
      signal.removeEventListener('abort', abort);
    }
  }

  /** The operator's word: what is refused now is poison. Does nothing while nothing is suspected. */
  believe(): void {
    this.#open?.verdict.abort();
  }

  /** Stores the rows, and answers once those that were refused may be parked. */
  async store(batch: RowsInHand): Promise<Written> {
    let written = await this.#write(batch);
    if (written.kind === 'interrupted') return written;
    this.#control.keep(batch.rows, written.rejected);
    this.#run = toRun(this.#run, toMajority(written.rejected, batch.rows.length));
    while (await this.#mustWait(batch, written)) {
      await batch.held.mark('waiting');
      const next: Written = await (this.#open === null ? this.#suspect(batch, written) : this.#await(batch, written));
      if (next.kind === 'interrupted') return next;
      written = next;
    }
    return written;
  }

  /** What was refused while another slot found the refusals ended may have been refused just before: it is tried again. */
  async #write(batch: RowsInHand): Promise<Written> {
    const ended = this.#ended;
    const written = await batch.write(batch.rows, { isAgain: false });
    if (written.kind === 'interrupted' || this.#ended === ended) return written;
    return storeAgain(batch, written, written.rejected);
  }

  async #mustWait(batch: RowsInHand, written: Outcome): Promise<boolean> {
    if (this.#open !== null) return ofState(written.rejected, this.#open.suspicion.sqlstate).length > 0;
    const majority = toMajority(written.rejected, batch.rows.length);
    if (majority === null || majority.sqlstate !== this.#run?.sqlstate || !isSuspicious(this.#run)) return false;
    return !(await this.#isBelieved(batch, majority.sqlstate));
  }

  async #isBelieved(batch: RowsInHand, sqlstate: string): Promise<boolean> {
    const source = this.#beliefs.source(sqlstate);
    if (source === null) return false;
    if (source === 'control' && (await this.#askControl(batch)) === 'refused') {
      this.#beliefs.drop(sqlstate);
      return false;
    }
    this.#beliefs.hold(sqlstate, source);
    return true;
  }

  #askControl(batch: RowsInHand): ReturnType<ControlRow['ask']> {
    return this.#control.ask((rows) => batch.write(rows, { isAgain: true }));
  }

  /** Waits for the slot that suspects, then tries this batch's refused rows again unless they are believed to be poison. */
  async #await(batch: RowsInHand, written: Outcome): Promise<Written> {
    const gaveUp = AbortSignal.any([batch.stop, batch.held.fenced]);
    const sqlstate = this.#open?.suspicion.sqlstate ?? '';
    await this.ended(gaveUp);
    if (gaveUp.aborted) return INTERRUPTED;
    return this.#beliefs.source(sqlstate) === null ? storeAgain(batch, written, written.rejected) : written;
  }

  async #suspect(batch: RowsInHand, written: Outcome): Promise<Written> {
    const majority = toMajority(written.rejected, batch.rows.length);
    if (majority === null) return written;
    const open = this.#begin(majority);
    let change: SuspicionChange = 'left';
    try {
      const settled = await this.#investigate(batch, written, open);
      change = settled.change;
      return settled.written;
    } finally {
      // Left: its run goes on, so that the next such batch is suspected at once.
      if (change !== 'left') this.#run = null;
      if (change === 'accepted') this.#ended += 1;
      this.#open = null;
      open.done.resolve();
      this.#parts.onChange(change, open.suspicion);
    }
  }

  #begin({ sqlstate, detail, count }: Majority): Open {
    const since = new Date(this.#parts.now()).toISOString();
    const suspicion = { sqlstate, detail, since, refused: this.#run?.refused ?? count };
    this.#open = { suspicion, done: Promise.withResolvers<void>(), verdict: new AbortController() };
    this.#parts.onChange('suspected', suspicion);
    return this.#open;
  }

  async #investigate(batch: RowsInHand, first: Outcome, open: Open): Promise<Settled> {
    const { sqlstate } = open.suspicion;
    const gaveUp = AbortSignal.any([batch.stop, batch.held.fenced]);
    let written = first;
    let sinceMs = this.#parts.clockMs();
    for (let tries = 1; ; tries += 1) {
      await this.#parts.sleep(
        outageBackoffMs(tries, this.#parts.random),
        AbortSignal.any([gaveUp, open.verdict.signal]),
      );
      if (gaveUp.aborted) return { change: 'left', written: INTERRUPTED };
      if (open.verdict.signal.aborted) return this.#settleAsPoison(sqlstate, 'operator', written);

      const next = await tryOne(batch, written, { sqlstate, tries });
      if (next.kind === 'interrupted') return { change: 'left', written: next };
      written = next;
      if (toMajority(written.rejected, batch.rows.length)?.sqlstate !== sqlstate) {
        this.#control.keep(batch.rows, written.rejected);
        return { change: 'accepted', written };
      }
      const control = await this.#askControl(batch);
      const nowMs = this.#parts.clockMs();
      if (control === 'refused') sinceMs = nowMs;
      const patienceMs = control === 'none' ? PATIENCE_WITHOUT_CONTROL_MS : PATIENCE_MS;
      if (nowMs - sinceMs >= patienceMs) return this.#settleAsPoison(sqlstate, 'control', written);
    }
  }

  #settleAsPoison(sqlstate: string, source: 'control' | 'operator', written: Outcome): Settled {
    this.#beliefs.hold(sqlstate, source);
    return { change: 'believed', written };
  }
}

interface Settled {
  readonly change: SuspicionChange;
  readonly written: Written;
}

/** Tries one of the refused rows, each in its turn; if it is accepted, the others, too. */
async function tryOne(
  batch: RowsInHand,
  written: Outcome,
  o: { readonly sqlstate: string; readonly tries: number },
): Promise<Written> {
  const refused = ofState(written.rejected, o.sqlstate);
  const one = refused[o.tries % refused.length];
  const probed = await storeAgain(batch, written, one === undefined ? [] : [one]);
  if (probed.kind === 'interrupted' || probed.rejected.length === written.rejected.length) return probed;
  return storeAgain(batch, probed, probed.rejected);
}

/** Stores rows that were refused once more; what was stored of the batch before, and now, in one sum. */
async function storeAgain(batch: RowsInHand, before: Outcome, rejected: readonly RejectedEntry[]): Promise<Written> {
  const again = new Set(rejected.map(({ raw }) => raw));
  const rows = batch.rows.filter(({ raw }) => again.has(raw));
  if (rows.length === 0) return before;
  const written = await batch.write(rows, { isAgain: true });
  if (written.kind === 'interrupted') return written;
  return {
    kind: 'written',
    inserted: before.inserted + written.inserted,
    duplicates: before.duplicates + written.duplicates,
    conflicts: before.conflicts + written.conflicts,
    rejected: [...before.rejected.filter(({ raw }) => !again.has(raw)), ...written.rejected],
  };
}

function ofState(rejected: readonly RejectedEntry[], sqlstate: string): readonly RejectedEntry[] {
  return rejected.filter((entry) => (entry.sqlstate ?? '') === sqlstate);
}
