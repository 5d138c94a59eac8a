import { buildRow, useDatabase } from '@auditlane/testkit';
import { beforeAll, describe, expect, it } from 'vitest';

import { createStore, ensurePartitions, summarizeRanges } from '../src/index.ts';

const { pool } = await useDatabase();
const DAYS = 4;
const ROWS = 60_000;
const COLUMNS =
  'id, occurred_at, event_domain, user_id, resource_type, resource_id, event_type, event_category, severity, source, service_name, ' +
  'tenant_id, correlation_id, outcome, host, description, metadata, ip_address, user_agent, producer_id, producer_seq, schema_version, flags';
/** Partitions with more than a hundred pages: a smaller one is read whole as fast. */
let filled: readonly string[] = [];

beforeAll(async () => {
  await ensurePartitions(pool, { now: new Date(Date.now() - 2 * 86_400_000) });
  await pool.query(
    `insert into audit_logs (${COLUMNS})
     select
       overlay(uuid_floor(at)::text placing lpad(to_hex(g), 12, '0') from 25)::uuid, at, case when g % 3 = 0 then 'account' end,
       'user-' || g % 6000, 'invoice', 'invoice-' || g % 15000, 'type-' || g % 40, 'info', 'info', null, 'app', null, null, null, 'host',
       'text', '{"a":1}', '203.0.113.7', null, 'p', g, 1, 0
     from (
       -- whole days, so that the partitions are equally full at any time of day
       select g, date_trunc('day', now(), 'utc') + ((g - 0.5) / $1 - 0.5) * $2 * interval '1 day' as at
       from generate_series(1, $1::int) as g
     ) as events`,
    [ROWS, DAYS],
  );
  await summarizeRanges(pool);
  await pool.query('analyze audit_logs');
  const large = await pool.query<{ name: string }>(
    `select name from audit_partitions('audit_logs') where pg_relation_size(name::regclass) > 1000000`,
  );
  filled = large.rows.map(({ name }) => name);
});

async function explain(query: string): Promise<string> {
  const answer = await pool.query<Record<string, string>>(`explain (costs off) ${query}`);
  return answer.rows.map((row) => row['QUERY PLAN']).join('\n');
}

describe('each question of an audit log is answered by an index, newest first', () => {
  it.each([
    ['by user', `user_id = 'user-7'`, /Index.* (?:using|on) \S+_user_id_id_idx/],
    ['by type', `event_type = 'type-7'`, /Index.* (?:using|on) \S+_event_type_id_idx/],
    [
      'by resource',
      `resource_type = 'invoice' and resource_id = 'invoice-7'`,
      /Bitmap Index Scan on \S+_resource_id_idx/,
    ],
    ['of all', 'true', /Index.* using \S+_pkey/],
    ['of all after a cursor', `id < uuid_floor(now())`, /Index.* using \S+_pkey/],
  ])('%s', async (_what, condition, index) => {
    const plan = await explain(`select * from audit_logs where ${condition} order by id desc limit 50`);
    expect(plan).toMatch(index);
    expect(filled.length).toBeGreaterThan(1);
    for (const name of filled) expect(plan).not.toContain(`Seq Scan on ${name}`);
  });

  it('the newest security events, with what was learned about them', async () => {
    expect(await explain('select * from security_events order by id desc limit 50')).toMatch(
      /Index Scan Backward using \S+_pkey/,
    );
  });
});

it('a range of ids prunes partitions', async () => {
  const plan = await explain(
    `select count(*) from audit_logs where id >= uuid_floor(date_trunc('day', now())) and id < uuid_floor(date_trunc('day', now()) + interval '1 day')`,
  );
  const scanned = new Set(plan.match(/audit_logs_\d{8}_\d{8}(?= |$)/gm));
  expect(scanned.size).toBeLessThanOrEqual(1);
  expect(plan).toContain('Subplans Removed');
});

it('security_events shows the events of a domain, and what was learned of them', async () => {
  const first = await pool.query<{ id: string }>(
    `select id from audit_logs where event_domain is not null order by id limit 2`,
  );
  const [known, unknown] = first.rows.map((row) => row.id);
  await pool.query(
    `insert into audit_event_findings (event_id, risk_score, location_data) values ($1, 80, '{"country":"NL"}')`,
    [known],
  );
  await pool.query('insert into audit_event_states (event_id, processed_at) values ($1, now())', [known]);
  const view = await pool.query(
    `select event_category, urgency, vm_id = host as same, risk_score, location_data, is_processed, ack_at from security_events where id = any($1::uuid[]) order by id`,
    [[known, unknown]],
  );
  expect(view.rows).toEqual([
    {
      event_category: 'account',
      urgency: 'info',
      same: true,
      risk_score: 80,
      location_data: { country: 'NL' },
      is_processed: true,
      ack_at: null,
    },
    {
      event_category: 'account',
      urgency: 'info',
      same: true,
      risk_score: 0,
      location_data: null,
      is_processed: false,
      ack_at: null,
    },
  ]);
  const counts = await pool.query(
    `select (select count(*)::int from security_events) as shown, (select count(*)::int from audit_logs where event_domain is not null) as set`,
  );
  expect(counts.rows[0]?.['shown']).toBe(counts.rows[0]?.['set']);
});

it('security_events takes the risk that a caller gave, within 0 to 100, and no other value that stands there', async () => {
  const given = ['42', '99.6', '1000', '-1', '"high"', 'null', '{"a":1}'];
  const rows = given.map((risk) =>
    buildRow({ event_domain: 'threat', metadata: `{"_auditlane":{"risk_score":${risk}}}` }),
  );
  await createStore(pool, { writer: 'test' }).storeBatch(rows);
  const view = await pool.query<{ id: string; risk_score: number }>(
    'select id, risk_score from security_events where id = any($1::uuid[])',
    [rows.map((row) => row.id)],
  );
  const risks = new Map(view.rows.map((row) => [row.id, row.risk_score]));
  expect(rows.map((row) => risks.get(row.id))).toEqual([42, 100, 100, 0, 0, 0, 0]);
});
