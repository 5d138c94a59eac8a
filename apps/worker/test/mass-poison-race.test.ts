import { expect, test } from 'vitest';
import { MassPoison } from '../src/outages/mass-poison.ts';
import type { RowsInHand } from '../src/outages/mass-poison.ts';
import type { Written } from '../src/storing/batch-writer.ts';
import { decodeClaim } from '../src/storing/decode-claim.ts';
import type { DecodedEntry } from '../src/storing/decode-claim.ts';
import { buildEntries } from './fleet.ts';

const NEVER = new AbortController().signal;
const held = { fenced: NEVER, mark: () => Promise.resolve() };

test('what was refused while another slot found the refusals ended is tried again, not parked', async () => {
  let isRefusing = true;
  const write = (rows: readonly DecodedEntry[]): Written => ({
    kind: 'written',
    inserted: isRefusing ? 0 : rows.length,
    duplicates: 0,
    conflicts: 0,
    rejected: isRefusing
      ? rows.map(({ raw, row }) => ({
          raw,
          id: row.id,
          reason: 'rejected_by_postgres' as const,
          sqlstate: '23514',
          detail: '',
        }))
      : [],
  });
  const batch = (writeRows: RowsInHand['write'] = (rows) => Promise.resolve(write(rows))): RowsInHand => ({
    rows: decodeClaim(buildEntries(10).map(({ line }) => Buffer.from(line))).rows,
    held,
    stop: NEVER,
    write: writeRows,
  });
  const tries = Promise.withResolvers<void>();
  const massPoison = new MassPoison({
    sleep: () => tries.promise,
    random: () => 0,
    clockMs: () => 0,
    now: Date.now,
    onChange: () => undefined,
  });
  await massPoison.store(batch());
  await massPoison.store(batch());
  const late = Promise.withResolvers<void>();
  let calls = 0;
  const slow = massPoison.store(
    batch(async (rows) => {
      const written = write(rows);
      calls += 1;
      if (calls === 1) await late.promise;
      return written;
    }),
  );
  const suspecting = massPoison.store(batch());
  isRefusing = false;
  tries.resolve();
  expect(await suspecting).toMatchObject({ inserted: 10, rejected: [] });
  late.resolve();
  expect(await slow).toMatchObject({ inserted: 10, rejected: [] });
  expect(massPoison.suspicion).toBeNull();
});
