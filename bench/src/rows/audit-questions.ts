/** The questions of an audit log, newest 50 first, as the read side asks them: docs/adr/0011-pages-are-read-newest-partition-first.md. */
import { readHistory, readNewestFirst, type Pool } from '@auditlane/store';
import { percentile } from '../report/statistics.ts';

/** Which rows the table has: numbered from 1 to `rows`, spread over `users` users. */
export interface RowFacts {
  readonly rows: number;
  readonly users: number;
}

type Ask = (pool: Pool, number: number, facts: RowFacts) => Promise<number>;

const TYPES = 40;
const PAGE = 50;
const DAY_MS = 86_400_000;

/** A page as `readNewestFirst` reads it, newest partitions first. */
function query(name: string, condition: string, values: (number: number, facts: RowFacts) => readonly unknown[]): Ask {
  const text = `select * from audit_logs where ${condition} and id >= $1::uuid and id < $2::uuid order by id desc limit $3::int`;
  return async (pool, number, facts) => {
    const rows = await readNewestFirst(pool, { before: null, limit: PAGE }, async (client, { from, to }, limit) => {
      return (await client.query({ name, text, values: [from, to, limit, ...values(number, facts)] })).rows;
    });
    return rows.length;
  };
}

/** A resource of a generated row. */
function resourceOf(number: number): string {
  return `ord_${((BigInt(number) * 2_654_435_761n) % 4_294_967_296n).toString(16)}_${number}`;
}

function toPage(number: number) {
  return { resourceType: 'order', resourceId: resourceOf(number), before: null, limit: PAGE } as const;
}

const ASKS = {
  'of all': query('bench_all', 'true', () => []),
  'of a user': query('bench_user', 'user_id = $4', (number, { users }) => [`user-${number % users}`]),
  'of a type': query('bench_type', 'event_type = $4', (number) => [`order.changed_${number % TYPES}`]),
  'of a resource': async (pool, number) => (await readHistory(pool, toPage(number))).length,
  'of a resource, within the last day': async (pool, number) => {
    const since = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS);
    return (await readHistory(pool, { ...toPage(number), since })).length;
  },
} as const satisfies Readonly<Record<string, Ask>>;

/** How long one question took, in milliseconds. */
export interface Answered {
  readonly question: string;
  readonly p50: number;
  readonly p99: number;
}

const WARM_UP = 10;
// A question that takes seconds need not be asked two hundred times.
const BUDGET_MS = 15_000;
const LEAST_ASKED = 10;

/** Asks each question `times` times, for rows all over the table, after some that do not count. */
export async function askAll(
  pool: Pool,
  { times, ...facts }: RowFacts & { readonly times: number },
): Promise<readonly Answered[]> {
  const answered: Answered[] = [];
  for (const [question, ask] of Object.entries(ASKS)) {
    const waits: number[] = [];
    let seen = 0;
    const began = performance.now();
    for (let turn = -WARM_UP; turn < times; turn += 1) {
      const number = 1 + Math.floor((facts.rows * (((turn + WARM_UP) * 0.618_033_988_75) % 1)) % facts.rows);
      const started = performance.now();
      seen += await ask(pool, number, facts);
      if (turn >= 0) waits.push(performance.now() - started);
      if (waits.length >= LEAST_ASKED && performance.now() - began > BUDGET_MS) break;
    }
    if (seen === 0 && !question.endsWith('day')) throw new Error(`the newest events ${question}: none was found`);
    answered.push({ question, p50: percentile(waits, 0.5), p99: percentile(waits, 0.99) });
  }
  return answered;
}
