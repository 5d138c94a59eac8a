import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromLedgerNumbers } from './ranges.ts';
import * as z from 'zod';
import { CHAOS_EVENT } from '../producer/chaos-event.ts';
import type { Producer } from '../world/producers.ts';
import type { World } from '../world/world.ts';
import type { NumberedEvent, ProducerEvidence } from './compare-named.ts';

const StoredRow = z.object({ id: z.string(), number: z.coerce.number(), is_own: z.boolean() });
const ProducerRow = z.object({ lost: z.string(), known_to: z.coerce.number(), is_closed: z.boolean() });
const Letter = z.looseObject({ raw: z.string().optional() });
const Entry = z.looseObject({ id: z.string(), producer: z.string(), n: z.number() });

const STORED = `
  select id, producer_seq as number, event_type <> $2 as is_own from audit_logs
  where producer_id = $1 and producer_seq is not null order by id`;
const PRODUCER = `
  select lost::text as lost, known_to, closed_at is not null as is_closed from audit_producers where producer_id = $1`;

interface Calls {
  readonly acknowledged: ReadonlySet<string>;
  readonly issued: number;
}

function readCalls(world: World, { name }: Producer): Calls {
  const lines = readFileSync(join(world.journalDir, `${name}.journal`), 'utf8').split('\n');
  const acknowledged = lines.filter((line) => line.startsWith('a ')).map((line) => line.split(' ')[2] ?? '');
  return { acknowledged: new Set(acknowledged), issued: lines.filter((line) => line.startsWith('i ')).length };
}

/** The numbers of one producer's dead letters. */
async function readParked(world: World, producerId: string): Promise<readonly NumberedEvent[]> {
  const lines = await world.redis.lrange(world.keys.failed, 0, -1);
  return lines.flatMap((line) => {
    const entry = Entry.safeParse(parse(Letter.parse(parse(line)).raw ?? '')).data;
    return entry?.producer === producerId ? [{ id: entry.id, number: entry.n }] : [];
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What Postgres, Redis and the journal know of one producer now; null when it has lost nothing. */
export async function collectEvidence(
  world: World,
  producer: Producer,
  lostIds: ReadonlySet<string>,
): Promise<ProducerEvidence | null> {
  const { acknowledged, issued } = readCalls(world, producer);
  const lost = [...acknowledged].filter((id) => lostIds.has(id));
  if (lost.length === 0) return null;
  const { producerId } = producer;
  const rows = (await world.pool.query(STORED, [producerId, CHAOS_EVENT])).rows.map((row) => StoredRow.parse(row));
  const known = ProducerRow.safeParse((await world.pool.query(PRODUCER, [producerId])).rows[0]).data;
  const mine = rows.filter((row) => !row.is_own).map(({ id, number }) => ({ id, number }));
  const stored = [...mine, ...(await readParked(world, producerId))].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return {
    producerId,
    lost,
    stored,
    others: rows.filter((row) => row.is_own).map(({ number }) => number),
    unacknowledged: issued - acknowledged.size,
    named: fromLedgerNumbers(known?.lost ?? '{}'),
    knownTo: known?.known_to ?? 0,
    isClosed: known?.is_closed ?? false,
  };
}
