import { randomBytes } from 'node:crypto';

import pg from 'pg';
import { afterAll, inject } from 'vitest';

import './global-setup.ts';

/** Which database a test starts from. */
export interface TestDatabaseOptions {
  /** `migrated` (the default): the schema as `migrate` makes it. `empty`: nothing, for tests of the migrations. */
  readonly template?: 'migrated' | 'empty';
}

/** A database of a test's own in the Postgres of the run. */
export interface TestDatabase extends AsyncDisposable {
  readonly name: string;
  /** As the administrator. */
  readonly url: string;
  /** At most 10 connections, opened when used. */
  readonly pool: pg.Pool;
  /** Ends the pool and drops the database, whoever is still connected. */
  drop(): Promise<void>;
}

const TEMPLATE = 'auditlane_template';
const TEMPLATE_LOCK = 4_711_001;

function toUrl(name: string): string {
  const url = new URL(inject('auditlanePostgresUrl'));
  url.pathname = `/${name}`;
  return url.href;
}

async function asAdmin<T>(work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: toUrl('postgres') });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

/** Migrates the template once per run; test files that come at the same time wait for the first. */
async function ensureTemplate(admin: pg.Client): Promise<void> {
  await admin.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
  try {
    const known = await admin.query('select 1 from pg_database where datname = $1', [TEMPLATE]);
    if (known.rowCount === 1) return;
    // Under another name until it is whole: a failed migration must not leave a template that looks finished.
    await admin.query(`drop database if exists ${TEMPLATE}_new with (force)`);
    await admin.query(`create database ${TEMPLATE}_new`);
    const { migrate } = await import('@auditlane/store');
    await migrate(toUrl(`${TEMPLATE}_new`));
    await admin.query(`alter database ${TEMPLATE}_new rename to ${TEMPLATE}`);
  } finally {
    await admin.query('select pg_advisory_unlock($1)', [TEMPLATE_LOCK]);
  }
}

/** Makes a database (about 50 ms) for one test. The caller drops it, or leaves it to the end of the run. */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await asAdmin(async (admin) => {
    const isEmpty = options.template === 'empty';
    if (!isEmpty) await ensureTemplate(admin);
    await admin.query(`create database ${name} template ${isEmpty ? 'template0' : TEMPLATE}`);
  });
  const pool = new pg.Pool({ connectionString: toUrl(name), max: 10, application_name: 'testkit' });
  // Tests end connections on purpose; what matters of it comes out of the queries.
  pool.on('error', () => undefined);
  const drop = async (): Promise<void> => {
    await pool.end();
    await asAdmin((admin) => admin.query(`drop database if exists ${name} with (force)`));
  };
  return { name, url: toUrl(name), pool, drop, [Symbol.asyncDispose]: drop };
}

/**
 * A database for this test file (or `describe`): `const { url, pool } = await useDatabase();` at its top level.
 * Shared by the file's tests, dropped after the last.
 */
export async function useDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const database = await createTestDatabase(options);
  afterAll(database.drop);
  return database;
}
