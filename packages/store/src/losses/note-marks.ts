import type { Pool } from 'pg';

import { runQuery } from '../postgres/with-client.ts';

/** What Redis knows of a producer. */
export interface ProducerFacts {
  readonly producerId: string;
  /** Highest number that Redis accepted; of a closed producer, the last it took. 0: none. */
  readonly lastNumber: number;
  readonly isClosed: boolean;
  readonly at: Date;
}

/** Notes how far producers have come: numbers up to there that never arrive are missing. Idempotent; old facts change nothing. */
export async function noteMarks(pool: Pool, marks: readonly ProducerFacts[]): Promise<void> {
  if (marks.length === 0) return;
  await runQuery(pool, 'note_marks', [
    marks.map(({ producerId }) => producerId),
    marks.map(({ lastNumber }) => lastNumber),
    marks.map(({ isClosed }) => isClosed),
    marks.map(({ at }) => at),
  ]);
}
