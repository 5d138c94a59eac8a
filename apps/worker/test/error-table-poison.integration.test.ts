import { createTestDatabase } from '@auditlane/testkit';
import { expect, test } from 'vitest';
import { buildEntries } from './fleet.ts';
import { openStoringRig, readIds } from './storing-rig.ts';

/** A trigger says it of the events of one user, in the words of a real server. */
const raise = (sqlstate: string): string => `
  create function planted() returns trigger language plpgsql as
    $$ begin if new.user_id = 'poison' then raise exception 'planted' using errcode = '${sqlstate}'; end if; return new; end $$;
  create trigger planted before insert on audit_logs for each row execute function planted()`;

const RULES = [
  {
    sqlstate: '23514',
    what: 'a check',
    rule: `alter table audit_logs add constraint refusal check (user_id <> 'poison')`,
  },
  {
    sqlstate: '23502',
    what: 'a column that may not be null',
    rule: 'alter table audit_logs alter column tenant_id set not null',
  },
  {
    sqlstate: '23503',
    what: 'a foreign key',
    rule: `create table tenants (id text primary key); insert into tenants values ('known');
           alter table audit_logs add foreign key (tenant_id) references tenants`,
  },
  { sqlstate: '54000', what: 'an index that cannot hold the value', rule: 'create index on audit_logs (description)' },
  ...['21000', '22001', '22P05', '54001'].map((sqlstate) => ({
    sqlstate,
    what: 'a trigger',
    rule: raise(sqlstate),
  })),
] as const;

/** Breaks each of the rules above. */
const POISON = {
  user_id: 'poison',
  // Too random to be compressed below the 2704 bytes of an index entry.
  description: Array.from({ length: 3000 }, (_, index) =>
    String.fromCodePoint(0x4e00 + ((index * 7919) % 20_000)),
  ).join(''),
};

test.each(RULES)(
  '$sqlstate by $what: that event alone is rejected, with what Postgres said',
  async ({ sqlstate, rule }) => {
    await using database = await createTestDatabase();
    await database.pool.query(rule);
    await using rig = openStoringRig(database.url);
    const good = buildEntries(59, { tenant_id: 'known' });
    const [poison] = buildEntries(1, { ...POISON, ...(sqlstate === '23502' ? {} : { tenant_id: 'unknown' }) });
    const entries = poison === undefined ? good : [...good.slice(0, 20), poison, ...good.slice(20)];
    expect(await rig.store(entries)).toMatchObject({
      kind: 'written',
      inserted: 59,
      duplicates: 0,
      rejected: [{ id: poison?.id, sqlstate, reason: 'rejected_by_postgres', raw: Buffer.from(poison?.line ?? '') }],
    });
    expect(await readIds(database.pool)).toEqual(good.map(({ id }) => ({ id })));
    expect(rig.seen.size).toBe(0);
  },
);
