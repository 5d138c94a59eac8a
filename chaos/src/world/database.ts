import { migrate } from '@auditlane/store';
import { startTestPostgres, type DataCopy, type TestServer } from '@auditlane/testkit/harness';
import pg from 'pg';
import { POISON_USER } from '../producer/chaos-event.ts';

// What a real cluster runs with: a commit is on disk before it is told. Tests elsewhere switch both off for speed.
const DURABLE = { fsync: 'on', full_page_writes: 'on' } as const;

let template: Promise<DataCopy> | undefined;

/** A migrated cluster, made once for the run; the database refuses the user of planted poison. */
async function makeTemplate(): Promise<DataCopy> {
  const server = await startTestPostgres({ settings: DURABLE });
  try {
    await migrate(server.url);
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query(
      `alter table audit_logs add constraint audit_logs_no_poison check (user_id is distinct from '${POISON_USER}')`,
    );
    await client.end();
    await server.halt();
    return await server.copyData();
  } finally {
    await server.stop();
  }
}

/** Starts a private, migrated Postgres with the durability of a real one. */
export async function startDatabase(settings: Readonly<Record<string, string>> = {}): Promise<TestServer> {
  template ??= makeTemplate();
  return startTestPostgres({ from: await template, settings: { ...DURABLE, ...settings } });
}

/** A pool of the runner's own, which sees its server killed without complaint. */
export function createAdminPool(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 4, connectionTimeoutMillis: 5000, application_name: 'chaos' });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
