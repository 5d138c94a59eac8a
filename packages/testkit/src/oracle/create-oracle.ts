/**
 * The judge of a fault test: knows what was logged, what was acknowledged and what was refused, is shown what is there
 * at the end, and says which promise was broken.
 *
 *     acknowledged ⊆ rows + dead letters      rows ⊆ logged, with equal content      one row per event
 *     row xor dead letter      dead letters = planted poison      sums close      a fresh event comes through
 *     the fault really happened
 *
 * Events are told apart by a `key` of the test's own that travels inside the event, not by their ids: an event that is
 * stored under two ids is a duplicate too.
 */
import { toBroken, type Happened, type Verdict } from './verdict.ts';

/** An event before it is logged. */
export interface IssuedEvent {
  readonly key: string;
  /** `digestContent` of what is to be found in its row. */
  readonly digest: string;
  /** It must become a dead letter, not a row. Default false. */
  readonly isPoison?: boolean;
}

/** A receipt that acknowledges. */
export interface Acknowledgement {
  readonly key: string;
  readonly id: string;
  readonly level: string;
}

/** A row of the table, or a dead letter; a key of null: it holds no event that can be read. */
export interface FoundEvent {
  readonly id: string;
  readonly key: string | null;
  readonly digest: string | null;
}

/** What is there at the end of a run. */
export interface Evidence {
  readonly rows: AsyncIterable<FoundEvent> | Iterable<FoundEvent>;
  readonly deadLetters: AsyncIterable<FoundEvent> | Iterable<FoundEvent>;
  /** The gauge; null where its counters were lost with the data set on purpose. */
  readonly conservationDifference: number | null;
  /** Sum of rows in the ledger; null where it is not compared. */
  readonly ledgerRows: number | null;
  /** Milliseconds from the heal to the row of an event logged then; null when it did not come. */
  readonly freshMs: number | null;
  /** Default 5000. */
  readonly freshLimitMs?: number;
  /** How the run shows that its faults took effect. */
  readonly happened: readonly Happened[];
  /** Acknowledged events that may be missing where less than zero loss is promised. Default 0. */
  readonly lossBound?: number;
}

export interface Oracle {
  issue(event: IssuedEvent): void;
  acknowledge(acknowledgement: Acknowledgement): void;
  reject(key: string, reason: string): void;
  /** Number of acknowledged events so far, by the level of their receipts. */
  levels(): ReadonlyMap<string, number>;
  judge(evidence: Evidence): Promise<Verdict>;
}

const FRESH_LIMIT_MS = 5000;

interface Known {
  readonly digest: string;
  readonly isPoison: boolean;
}

interface Memory {
  readonly issued: Map<string, Known>;
  /** Key of each acknowledged id. */
  readonly ids: Map<string, string>;
  readonly keys: Map<string, string>;
  readonly levels: Map<string, number>;
  readonly rejected: Map<string, number>;
  readonly confused: string[];
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

interface Sighted {
  readonly ids: Set<string>;
  readonly keys: Set<string>;
  count: number;
  readonly twice: string[];
  readonly changed: string[];
  readonly strangers: string[];
  readonly poison: string[];
  readonly sound: string[];
}

/** Looks at every row or dead letter once. */
async function sight(found: Evidence['rows'], memory: Memory): Promise<Sighted> {
  const seen: Sighted = {
    ids: new Set(),
    keys: new Set(),
    count: 0,
    twice: [],
    changed: [],
    strangers: [],
    poison: [],
    sound: [],
  };
  for await (const { id, key, digest } of found) {
    seen.count += 1;
    if (seen.ids.has(id) || (key !== null && seen.keys.has(key))) seen.twice.push(key ?? id);
    seen.ids.add(id);
    if (key !== null) seen.keys.add(key);
    const known = key === null ? undefined : memory.issued.get(key);
    if (known === undefined) seen.strangers.push(key ?? id);
    else {
      // An id that was acknowledged for one event must not hold another.
      const acknowledged = memory.ids.get(id);
      const isOther = acknowledged !== undefined && acknowledged !== key;
      if (isOther || (digest !== null && digest !== known.digest)) seen.changed.push(key ?? id);
      (known.isPoison ? seen.poison : seen.sound).push(key ?? id);
    }
  }
  return seen;
}

function toVerdict(
  memory: Memory,
  evidence: Evidence,
  sighted: { readonly rows: Sighted; readonly dead: Sighted },
): Verdict {
  const { rows, dead } = sighted;
  const isThere = (id: string, key: string): boolean =>
    rows.ids.has(id) || dead.ids.has(id) || rows.keys.has(key) || dead.keys.has(key);
  const verdict = {
    issued: memory.issued.size,
    acknowledged: memory.keys.size,
    levels: Object.fromEntries(memory.levels),
    rejected: Object.fromEntries(memory.rejected),
    stored: rows.count,
    dead: dead.count,
    // A row under another id than the receipt's is not what was acknowledged: it is there, and told as `changed` below.
    lost: [...memory.ids].filter(([id, key]) => !isThere(id, key)).map(([id]) => id),
    duplicated: [...rows.twice, ...dead.twice],
    changed: [...rows.changed, ...dead.changed, ...underAnotherId(memory, rows, dead)],
    strangers: [...rows.strangers, ...dead.strangers],
    both: [...dead.keys].filter((key) => rows.keys.has(key)),
    misparked: [...dead.sound, ...rows.poison],
    conservationDifference: evidence.conservationDifference,
    freshMs: evidence.freshMs,
    happened: evidence.happened,
  };
  const { ledgerRows, freshLimitMs = FRESH_LIMIT_MS, lossBound = 0 } = evidence;
  return { ...verdict, broken: toBroken({ verdict, ledgerRows, freshLimitMs, lossBound, confused: memory.confused }) };
}

/** Acknowledged events whose receipt names an id that is not the one they are stored under. */
function underAnotherId({ ids }: Memory, rows: Sighted, dead: Sighted): readonly string[] {
  return [...ids]
    .filter(([id, key]) => !rows.ids.has(id) && !dead.ids.has(id) && (rows.keys.has(key) || dead.keys.has(key)))
    .map(([, key]) => key);
}

/** Creates a judge that knows of nothing yet. */
export function createOracle(): Oracle {
  const memory: Memory = {
    issued: new Map(),
    ids: new Map(),
    keys: new Map(),
    levels: new Map(),
    rejected: new Map(),
    confused: [],
  };
  return {
    issue({ key, digest, isPoison = false }) {
      memory.issued.set(key, { digest, isPoison });
    },
    acknowledge({ key, id, level }) {
      const isConfused = (memory.keys.get(key) ?? id) !== id || (memory.ids.get(id) ?? key) !== key;
      if (isConfused) memory.confused.push(key);
      if (!memory.issued.has(key)) memory.confused.push(key);
      if (!memory.keys.has(key)) add(memory.levels, level);
      memory.keys.set(key, id);
      memory.ids.set(id, key);
    },
    reject: (_key, reason) => add(memory.rejected, reason),
    levels: () => memory.levels,
    async judge(evidence) {
      const rows = await sight(evidence.rows, memory);
      const dead = await sight(evidence.deadLetters, memory);
      return toVerdict(memory, evidence, { rows, dead });
    },
  };
}
