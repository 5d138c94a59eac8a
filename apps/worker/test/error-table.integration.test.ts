import { createTestDatabase, waitFor } from '@auditlane/testkit';
import type { TestDatabase } from '@auditlane/testkit';
import { expect, test } from 'vitest';
import { buildEntries, lockStore } from './fleet.ts';
import type { Entry } from './fleet.ts';
import { openStoringRig, readIds, RIG } from './storing-rig.ts';
import type { StoringRig } from './storing-rig.ts';

/** Undoes the fault. */
type Heal = () => Promise<unknown>;

interface Fault {
  /** What Postgres says, or `catalog` where the probe finds it as well and may be first. */
  readonly says: string;
  readonly make: (database: TestDatabase) => Promise<Heal>;
}

const run = (database: TestDatabase, damage: string, repair: string): Promise<Heal> =>
  database.pool.query(damage).then(() => () => database.pool.query(repair));

/** Ends the rig's connections, so that its next one meets the fault. */
const END_RIG =
  'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1 and datname = current_database()';

const runAnew = async (database: TestDatabase, damage: string, repair: string): Promise<Heal> => {
  const heal = await run(database, damage, repair);
  await database.pool.query(END_RIG, [RIG]);
  return heal;
};

/** A lock holds the statement, so that something can be done to it meanwhile. */
const whileStoring = async (database: TestDatabase, act: string): Promise<Heal> => {
  const unlock = await lockStore(database);
  const acting = waitFor(
    async () => {
      const { rows } = await database.pool.query(
        `select ${act}(pid) from pg_stat_activity
         where application_name = $1 and datname = current_database() and wait_event_type = 'Lock'`,
        [RIG],
      );
      return rows.length > 0;
    },
    { message: 'the rig stores' },
  );
  return async () => {
    await acting;
    await unlock();
  };
};

/** A trigger says it in the words of a real server. */
const raise = (sqlstate: string): Fault => ({
  says: sqlstate,
  make: (database) =>
    run(
      database,
      `create function planted() returns trigger language plpgsql as
         $$ begin raise exception 'planted' using errcode = '${sqlstate}'; end $$;
       create trigger planted before insert on audit_logs for each row execute function planted()`,
      'drop trigger planted on audit_logs; drop function planted()',
    ),
});

const rights = (database: TestDatabase, verb: 'revoke' | 'grant'): string =>
  `${verb} insert on audit_logs ${verb === 'revoke' ? 'from' : 'to'} audit_writer; select '${database.name}'`;

const FAULTS: readonly (readonly [name: string, fault: Fault])[] = [
  ['P7: a lock that is not to be had', { says: '55P03', make: (database) => lockStore(database) }],
  [
    'P14: a statement that was cancelled',
    { says: '57014', make: (database) => whileStoring(database, 'pg_cancel_backend') },
  ],
  [
    'a connection that was ended',
    { says: '57P01', make: (database) => whileStoring(database, 'pg_terminate_backend') },
  ],
  [
    'P4: a server that became read-only',
    {
      says: '25006',
      make: (database) =>
        runAnew(
          database,
          `alter database ${database.name} set default_transaction_read_only = on`,
          `set default_transaction_read_only = off; alter database ${database.name} reset default_transaction_read_only`,
        ),
    },
  ],
  [
    'P12: a column that is missing',
    {
      says: '42703',
      make: (database) =>
        run(
          database,
          'alter table audit_logs rename column source to gone',
          'alter table audit_logs rename column gone to source',
        ),
    },
  ],
  [
    'P12: a table that is missing',
    {
      says: '42P01',
      make: (database) =>
        run(database, 'alter table audit_batches rename to gone', 'alter table gone rename to audit_batches'),
    },
  ],
  [
    'P13: a right that is missing',
    { says: '42501', make: (database) => run(database, rights(database, 'revoke'), rights(database, 'grant')) },
  ],
  [
    'P11: a partition that is missing',
    {
      says: '23514',
      make: async (database) => {
        const { rows } = await database.pool.query<{ name: string; range: string }>(
          `select c.oid::regclass::text as name, pg_get_expr(c.relpartbound, c.oid) as range
           from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'audit_logs'::regclass`,
        );
        await database.pool.query(rows.map(({ name }) => `alter table audit_logs detach partition ${name}`).join(';'));
        const attach = rows.map(({ name, range }) => `alter table audit_logs attach partition ${name} ${range}`);
        return () => database.pool.query(attach.join(';'));
      },
    },
  ],
  [
    'a database that takes no connections',
    {
      says: '55000',
      make: async (database) => {
        // Not from inside: the administrator's own next connection would be refused as well.
        const client = await database.pool.connect();
        const allow = (isAllowed: boolean): Promise<unknown> =>
          client.query(`update pg_database set datallowconn = ${isAllowed} where datname = current_database()`);
        await allow(false);
        await client.query(END_RIG, [RIG]);
        return async () => {
          await allow(true);
          client.release();
        };
      },
    },
  ],
  ...['08006', '0A000', '25P03', '40001', '53100', '58030', 'P0001', 'XX001', '99999'].map(
    (sqlstate) => [`an error of class ${sqlstate.slice(0, 2)}`, raise(sqlstate)] as const,
  ),
  ['a duplicate key where none can be', raise('23505')],
];

async function expectHealed(
  o: { readonly rig: StoringRig; readonly database: Pick<TestDatabase, 'pool'> },
  entries: readonly Entry[],
  fault: { readonly says: string; readonly heal: Heal },
): Promise<void> {
  const writing = o.rig.store(entries);
  await waitFor(() => o.rig.seen.has(fault.says), { message: `Postgres says ${fault.says}` });
  await fault.heal();
  const written = await writing;
  // No row is rejected, so none becomes a dead letter.
  expect(written).toMatchObject({ kind: 'written', rejected: [], conflicts: 0 });
  expect(await readIds(o.database.pool)).toEqual(entries.map(({ id }) => ({ id })));
}

const TITLED = FAULTS.map(([name, fault]) => ({ name, ...fault }));

test.each(TITLED)('$name ($says): nothing is parked, and all is stored once it is over', async ({ says, make }) => {
  await using database = await createTestDatabase();
  await using rig = openStoringRig(database.url);
  await rig.store(buildEntries(10));
  await database.pool.query('truncate audit_logs, audit_batches');
  const heal = await make(database);
  await expectHealed({ rig, database }, buildEntries(60), { says, heal });
});

test.each([
  ['P13: another password', '28P01', `password 'other'`, `password 'right'`],
  ['P13: a login that was taken away', '28000', 'nologin', 'login'],
  ['P10: no connection left for this login', '53300', 'connection limit 0', 'connection limit -1'],
])('%s (%s): nothing is parked, and all is stored once it is over', async (_name, says, damage, repair) => {
  await using database = await createTestDatabase();
  const login = `login_${database.name}`;
  await database.pool.query(`create role ${login} login password 'right'; grant audit_writer to ${login}`);
  const url = new URL(database.url);
  url.username = login;
  url.password = 'right';
  {
    await using rig = openStoringRig(url.href);
    await database.pool.query(`alter role ${login} ${damage}`);
    const heal = (): Promise<unknown> => database.pool.query(`alter role ${login} ${repair}`);
    await expectHealed({ rig, database }, buildEntries(60), { says, heal });
  }
  await database.pool.query(`drop owned by ${login}; drop role ${login}`);
});

test('P13: a database that was renamed (3D000): nothing is parked, and all is stored once it is over', async () => {
  await using database = await createTestDatabase();
  await using other = await createTestDatabase({ template: 'empty' });
  const url = new URL(database.url);
  url.pathname = `/${database.name}_away`;
  await using rig = openStoringRig(url.href);
  const entries = buildEntries(60);
  const writing = rig.store(entries);
  await waitFor(() => rig.seen.has('3D000'), { message: 'Postgres says 3D000' });
  const end = 'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1';
  // Repeated: the rig, or a pool, may connect in between.
  const rename = (from: string, to: string): Promise<boolean> =>
    waitFor(async () => {
      await other.pool.query(end, [from]);
      await other.pool.query(`alter database ${from} rename to ${to}`);
      return true;
    });
  await rename(database.name, `${database.name}_away`);
  expect(await writing).toMatchObject({ kind: 'written', inserted: 60, rejected: [] });
  await rename(`${database.name}_away`, database.name);
  expect(await readIds(database.pool)).toEqual(entries.map(({ id }) => ({ id })));
});
