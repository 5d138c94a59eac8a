import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

import { createOracle, makeRunDir } from '@auditlane/testkit';
import { expect, test } from 'vitest';

import { buildChaosEvent, digestEvent, expectedDigest, toKey } from '../src/producer/chaos-event.ts';
import { countAcknowledged, openJournal, readJournal } from '../src/producer/journal.ts';

test('a journal tells the judge what was issued, acknowledged and refused, and complains', async () => {
  const { path: dir } = makeRunDir();
  const path = join(dir, 'p1.journal');
  const journal = openJournal(path);
  const keys = [toKey('p1', 1, 'plain'), toKey('p1', 2, 'poison'), toKey('p1', 3, 'plain')] as const;
  journal.issue(keys);
  journal.answer({ kind: 'acknowledged', key: keys[0], id: 'id-1', level: 'queued' });
  journal.answer({ kind: 'rejected', key: keys[2], reason: 'queue_full' });
  journal.complain('it\nthrew');
  journal.flush();
  // Cut short by a crash: it says nothing.
  appendFileSync(path, 'a p1-2p id');

  const oracle = createOracle();
  expect(await readJournal(path, oracle)).toEqual(['it threw']);
  const rows = [{ id: 'id-1', key: keys[0], digest: expectedDigest(keys[0]) }];
  const verdict = await oracle.judge({
    rows,
    deadLetters: [],
    conservationDifference: 0,
    ledgerRows: 1,
    freshMs: 1,
    happened: [],
  });
  expect(verdict).toMatchObject({ issued: 3, acknowledged: 1, rejected: { queue_full: 1 }, broken: [] });
});

test('receipts are counted over all journals of a folder', async () => {
  const { path: dir } = makeRunDir();
  for (const name of ['p1', 'p2']) {
    const journal = openJournal(join(dir, name));
    journal.issue([`${name}-1i`]);
    journal.answer({ kind: 'acknowledged', key: `${name}-1i`, id: name, level: 'queued' });
    journal.flush();
  }
  expect(await countAcknowledged(dir)).toBe(2);
});

test('the digest of an event is that of its row, with what Auditlane adds left out, and no other', () => {
  const event = { ...buildChaosEvent('p1-7i') };
  const metadata = { _auditlane: { truncated: true }, ...event.metadata };
  expect(digestEvent({ ...event, metadata, id: 'x' })).toBe(expectedDigest('p1-7i'));
  expect(digestEvent({ ...event, description: 'changed' })).not.toBe(expectedDigest('p1-7i'));
  expect(digestEvent({ ...event, metadata: { ...metadata, key: 'other' } })).not.toBe(expectedDigest('p1-7i'));
});
