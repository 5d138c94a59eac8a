/**
 * The rows of `audit_logs` as a file and back, by psql where it is on PATH, otherwise by pg-copy-streams: the plain way
 * in that every drain is compared with.
 */
import { execFile, execFileSync } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { from, to } from 'pg-copy-streams';

const run = promisify(execFile);
const COLUMNS =
  'id, occurred_at, event_domain, user_id, resource_type, resource_id, event_type, event_category, severity, source, ' +
  'service_name, tenant_id, correlation_id, outcome, host, description, metadata, ip_address, user_agent, ' +
  'producer_id, producer_seq, schema_version, flags';

function hasPsql(): boolean {
  try {
    execFileSync('psql', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** Writes all rows to a file in COPY's text format. */
export async function writeRowsTo(url: string, path: string): Promise<void> {
  const statement = `copy (select ${COLUMNS} from audit_logs order by id) to stdout`;
  await withClient(url, (client) => pipeline(client.query(to(statement)), createWriteStream(path)));
}

/** Copies such a file into the table over one connection and tells how many rows it was. */
export async function copyRowsFrom(url: string, path: string): Promise<number> {
  if (hasPsql()) {
    const { stdout } = await run('psql', [url, '-X', '-c', `\\copy audit_logs (${COLUMNS}) from '${path}'`]);
    return Number(/COPY (\d+)/.exec(stdout)?.[1] ?? Number.NaN);
  }
  return withClient(url, async (client) => {
    const copy = client.query(from(`copy audit_logs (${COLUMNS}) from stdin`));
    await pipeline(createReadStream(path), copy);
    return copy.rowCount;
  });
}
