import { glanceAtLetter } from '@auditlane/queue';
import type { EntryNumber } from '@auditlane/queue';
import { listDeadLetters } from '@auditlane/store';
import type { Pool } from '@auditlane/store';

const PAGE = 100;

/** The numbers of the dead letters in `audit_dead_letters`, newest first, page by page. Rejects when Postgres is away. */
export async function* parkedInTable(pool: Pool): AsyncGenerator<EntryNumber> {
  for (let after: { readonly lastAt: Date; readonly id: string } | null = null; ;) {
    const letters: Awaited<ReturnType<typeof listDeadLetters>> = await listDeadLetters(pool, {
      reason: null,
      after,
      limit: PAGE,
    });
    for (const { line } of letters) {
      const { number } = glanceAtLetter(line.toString('utf8'));
      if (number !== null) yield number;
    }
    const last = letters.at(-1);
    if (last === undefined || letters.length < PAGE) return;
    after = last;
  }
}
