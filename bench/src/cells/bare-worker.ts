/**
 * The shortest way from Redis to the table, as a process: take what is there, copy it, take again. Two connections to
 * each server, so that one batch is fetched while the other commits, as the workers of this project do it. It has no
 * lease (what it holds is lost with it), no ledger, no validation, no isolation of bad entries, no metrics: the floor
 * that latency is compared with.
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { from } from 'pg-copy-streams';
import { z } from 'zod';
import { connectPostgres } from '../servers/postgres-client.ts';
import { openRedis } from '../servers/redis-client.ts';
import { BARE_KEY, type BareEvent } from './bare-event.ts';
import { cellEnv } from './cell-env.ts';

const SLOTS = 2;
const MAX_BATCH = 1_000;
const WAIT_SECONDS = 0.2;
const COPY =
  'copy audit_logs (id, event_type, event_category, severity, user_id, resource_type, resource_id, outcome, host, ' +
  'description, ip_address, user_agent, producer_id, producer_seq, metadata) from stdin';

let isStopping = false;
process.on('message', () => (isStopping = true));

/** Trusted, as a prototype does; the type says only what was put in. */
const Trusted = z.custom<BareEvent>();
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function escape(field: string | number | bigint | null | undefined): string {
  if (field === null || field === undefined) return '\\N';
  return String(field).replaceAll(/[\\\t\n\r]/g, (found) => ESCAPES[found] ?? found);
}

function toLine(entry: string): string {
  const event = Trusted.parse(JSON.parse(entry));
  const fields = [
    event.id,
    event.event_type,
    event.event_category,
    'info',
    event.user_id,
    event.resource_type,
    event.resource_id,
    event.outcome,
    event.host,
    event.description,
    event.ip_address,
    event.user_agent,
    event.producer,
    String(event.n),
    JSON.stringify(event.metadata),
  ];
  return `${fields.map(escape).join('\t')}\n`;
}

async function runSlot(onReady: () => void): Promise<void> {
  await using redis = await openRedis(cellEnv.REDIS_URL);
  await using database = await connectPostgres(cellEnv.DATABASE_URL);
  onReady();
  while (!isStopping) {
    const taken = await redis.rpop(BARE_KEY, MAX_BATCH);
    const waited = taken === null ? await redis.brpop(BARE_KEY, WAIT_SECONDS) : null;
    const entries = taken ?? waited?.slice(1) ?? [];
    if (entries.length === 0) continue;
    await pipeline(Readable.from([entries.map(toLine).join('')]), database.query(from(COPY)));
  }
}

const opened = Promise.withResolvers<undefined>();
let ready = 0;
const running = Array.from({ length: SLOTS }, () =>
  runSlot(() => {
    ready += 1;
    if (ready === SLOTS) opened.resolve(undefined);
  }),
);
await Promise.race([opened.promise, Promise.all(running)]);
process.send?.('ready');
await Promise.all(running);
process.disconnect();
