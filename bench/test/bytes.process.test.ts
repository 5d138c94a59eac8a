import { test } from 'vitest';
import { bytes } from '../src/parts/bytes.ts';
import { DEADLINE_MS, expectMeasured, measureSmallest } from './measured.ts';

test(
  'what an event and the processes take is measured at every place',
  async () => {
    const measured = await measureSmallest(bytes.run);
    const indexes = ['pkey', 'user_id_id', 'event_type_id', 'resource_id', 'created_at', 'batch'];
    const processes = ['worker', 'API', 'maintenance'];
    expectMeasured(measured, [
      'an entry, as it is pushed',
      'in the memory of Redis, queued',
      'in the append-only file, pushed with 255 others',
      'in the append-only file, pushed alone',
      'in the append-only file, claimed with 999 others',
      'in the append-only file, finished with 999 others',
      'in the write-ahead log of Postgres',
      'in the table',
      ...indexes.map((name) => `in the index ${name}`),
      ...processes.flatMap((name) => [`${name}, most resident memory ever`, `${name}, resident memory afterwards`]),
      'client, bytes of entries that it may keep',
      'client, bytes of entries that it kept when it refused, by its own count',
      'client, growth of its process beyond what it took idle',
    ]);
  },
  DEADLINE_MS,
);
