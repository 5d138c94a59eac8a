/** A fault that a run was about, counted where it took effect; below `least` the run proved nothing. */
export interface Happened {
  readonly name: string;
  readonly count: number;
  readonly least: number;
}

/** What the run looked like at its end, and whether each promise was kept. */
export interface Verdict {
  readonly issued: number;
  readonly acknowledged: number;
  /** Acknowledged events by the level their receipt named. */
  readonly levels: Readonly<Record<string, number>>;
  readonly rejected: Readonly<Record<string, number>>;
  readonly stored: number;
  readonly dead: number;
  /** Ids that were acknowledged and are neither a row nor a dead letter. */
  readonly lost: readonly string[];
  /** Events with more than one row, or more than one dead letter. */
  readonly duplicated: readonly string[];
  /** Rows whose content is not what was logged. */
  readonly changed: readonly string[];
  /** Rows and dead letters of events that nobody logged. */
  readonly strangers: readonly string[];
  /** Ids that are a row and a dead letter. */
  readonly both: readonly string[];
  /** Dead letters that are not planted poison, and planted poison that was stored. */
  readonly misparked: readonly string[];
  readonly conservationDifference: number | null;
  readonly freshMs: number | null;
  readonly happened: readonly Happened[];
  /** One sentence for each promise that was broken; none when all were kept. */
  readonly broken: readonly string[];
}

/** The parts of a verdict that `toBroken` reads, and the bounds they are held against. */
export interface Held {
  readonly verdict: Omit<Verdict, 'broken'>;
  readonly ledgerRows: number | null;
  readonly freshLimitMs: number;
  readonly lossBound: number;
  /** Events that were acknowledged with two ids, or ids that were given to two events. */
  readonly confused: readonly string[];
}

const SHOWN = 3;

function list(label: string, found: readonly string[]): readonly string[] {
  if (found.length === 0) return [];
  const rest = found.length > SHOWN ? ', …' : '';
  return [`${found.length} ${label}: ${found.slice(0, SHOWN).join(', ')}${rest}`];
}

/** The sentences of broken promises, the gravest first. */
export function toBroken({ verdict, ledgerRows, freshLimitMs, lossBound, confused }: Held): readonly string[] {
  const { conservationDifference, freshMs, happened } = verdict;
  const isLate = freshMs === null || freshMs > freshLimitMs;
  return [
    ...(verdict.lost.length > lossBound ? list(`acknowledged and lost (bound ${lossBound})`, verdict.lost) : []),
    ...list('stored or parked twice', verdict.duplicated),
    ...list('stored with another content', verdict.changed),
    ...list('never logged by anybody', verdict.strangers),
    ...list('both row and dead letter', verdict.both),
    ...list('parked though sound, or stored though planted as poison', verdict.misparked),
    ...list('acknowledged under two ids, or one id for two events', confused),
    ...(ledgerRows === null || ledgerRows === verdict.stored
      ? []
      : [`the ledger counts ${ledgerRows} rows, the table has ${verdict.stored}`]),
    ...(conservationDifference === null || conservationDifference === 0
      ? []
      : [`the conservation gauge reads ${conservationDifference}`]),
    ...(isLate
      ? [
          `a fresh event was ${freshMs === null ? 'not stored' : `stored ${freshMs} ms`} after the heal, promised are ${freshLimitMs} ms`,
        ]
      : []),
    ...(verdict.acknowledged === 0 ? ['vacuous: nothing was acknowledged'] : []),
    ...happened
      .filter(({ count, least }) => count < least)
      .map(({ name, count, least }) => `vacuous: ${name} happened ${count} times, at least ${least} were meant`),
  ];
}
