import { glanceAtLetter } from '@auditlane/queue';
import type { EntryNumber } from '@auditlane/queue';
import { listDeadLetters } from '@auditlane/store';
import type { Pool } from '@auditlane/store';

/** Letters may be of a megabyte. */
const PAGE = { limit: 100, maxBytes: 4_194_304 } as const;

/** The numbers of the dead letters in `audit_dead_letters`, newest first, page by page. Rejects when Postgres is away. */
export async function* parkedInTable(pool: Pool): AsyncGenerator<EntryNumber> {
  for (let after: { readonly lastAt: Date; readonly id: string } | null = null; ;) {
    const letters: Awaited<ReturnType<typeof listDeadLetters>> = await listDeadLetters(pool, {
      reason: null,
      after,
      ...PAGE,
    });
    for (const { line } of letters) {
      const { number } = glanceAtLetter(line.toString('utf8'));
      if (number !== null) yield number;
    }
    const last = letters.at(-1);
    if (last === undefined) return;
    after = last;
  }
}
