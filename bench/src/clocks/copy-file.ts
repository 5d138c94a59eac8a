/**
 * The rows of `audit_logs` as a file and back, by psql where it is on PATH, otherwise by pg-copy-streams: the plain way
 * in that every drain is compared with. Sessions are connected before the clock starts, as the workers are.
 */
import { execFileSync, spawn } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { guardChild } from '@auditlane/embedded';
import { from, to } from 'pg-copy-streams';
import { connectPostgres } from '../servers/postgres-client.ts';

const COLUMNS =
  'id, occurred_at, event_domain, user_id, resource_type, resource_id, event_type, event_category, severity, source, ' +
  'service_name, tenant_id, correlation_id, outcome, host, description, metadata, ip_address, user_agent, ' +
  'producer_id, producer_seq, schema_version, flags';
// What a worker stores at once under load: dealt out in such blocks, both files have the rows of all times.
const BLOCK_ROWS = 1_000;

/** A connected session that copies files into `audit_logs`, one after another. */
export interface CopySession extends AsyncDisposable {
  /** Copies a file and tells how many rows it was. */
  copy(path: string): Promise<number>;
}

function hasPsql(): boolean {
  try {
    execFileSync('psql', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** What copies on this machine: `psql`, or `pg-copy-streams` in the process of the bench. */
export const COPY_PROGRAM = hasPsql() ? 'psql' : 'pg-copy-streams';

async function openPsql(url: string): Promise<CopySession> {
  const child = spawn('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', url], { stdio: ['pipe', 'pipe', 'pipe'] });
  const { pid } = child;
  if (pid === undefined) throw new Error('psql could not be run');
  const release = guardChild(pid, 'SIGTERM');
  const ended = new Promise<void>((resolve) => {
    // Not `exit`: its last words are still in the pipe then.
    child.once('close', () => {
      release();
      resolve();
    });
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  // What is written to a psql that has failed must not end the bench: the answer that is missing tells of it.
  child.stdin.on('error', () => undefined);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const ask = async (command: string): Promise<string> => {
    child.stdin.write(`${command}\n`);
    const line = await lines.next();
    if (line.done === true) {
      await ended;
      throw new Error(`psql ended: ${complaint.trim()}`);
    }
    return line.value;
  };
  await ask(`\\echo connected`);
  return {
    // Without -q `\copy` says how many rows it was; with it, the row count is a variable.
    copy: async (path) => Number(await ask(`\\copy audit_logs (${COLUMNS}) from '${path}'\n\\echo :ROW_COUNT`)),
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

async function openStream(url: string): Promise<CopySession> {
  const client = await connectPostgres(url);
  return {
    copy: async (path) => {
      const copy = client.query(from(`copy audit_logs (${COLUMNS}) from stdin`));
      await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), copy);
      return copy.rowCount;
    },
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}

/** Connects a session: psql where it is on PATH. */
export async function openCopySession(url: string): Promise<CopySession> {
  return COPY_PROGRAM === 'psql' ? openPsql(url) : openStream(url);
}

/** Writes all rows to a file in COPY's text format, oldest first. */
export async function writeRowsTo(url: string, path: string): Promise<void> {
  const statement = `copy (select ${COLUMNS} from audit_logs order by id) to stdout`;
  await using client = await connectPostgres(url);
  await pipeline(client.query(to(statement)), createWriteStream(path));
}

/** Deals the first `rows` rows of a file out to as many files as `paths`, in blocks, each in the order of time. */
export async function dealRows(path: string, rows: number, paths: readonly string[]): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const source = opened.use(await open(path));
  const targets = await Promise.all(paths.map(async (each) => opened.use(await open(each, 'w'))));
  let block: string[] = [];
  let turn = 0;
  let dealt = 0;
  const writeBlock = async (): Promise<void> => {
    await targets[turn % targets.length]?.appendFile(`${block.join('\n')}\n`);
    block = [];
    turn += 1;
  };
  for await (const line of source.readLines({ autoClose: false })) {
    if (dealt === rows) break;
    dealt += 1;
    if (block.push(line) === BLOCK_ROWS) await writeBlock();
  }
  if (block.length > 0) await writeBlock();
}
