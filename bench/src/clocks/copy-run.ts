/** Copies ready-made rows into empty tables over one or more connections at once. */
import { join } from 'node:path';
import { emptyTables } from '../servers/empty-tables.ts';
import type { Ground } from '../servers/ground.ts';
import { walPosition } from '../servers/wal-position.ts';
import { dealRows, openCopySession, writeRowsTo } from './copy-file.ts';
import { cpuSecondsOfFamily } from './process-cpu.ts';

/** What copying reached and used; microseconds and bytes are a row's share. */
export interface CopyRun {
  readonly rowsPerSecond: number;
  readonly postgresMicros: number;
  readonly walBytes: number;
}

/** The rows of one amount, as files for one and for two connections. */
export interface RowFiles {
  readonly rows: number;
  readonly whole: readonly string[];
  readonly halves: readonly string[];
}

/** Writes what is in the table now to a file and returns its path. */
export async function writeTable(ground: Ground, directory: string): Promise<string> {
  const path = join(directory, 'rows.copy');
  await writeRowsTo(ground.stack.postgres.url, path);
  return path;
}

/** Takes the first `rows` rows of a file, whole and in two. */
export async function takeRows(path: string, rows: number, directory: string): Promise<RowFiles> {
  const whole = [join(directory, `rows-${rows}.copy`)];
  const halves = [1, 2].map((half) => join(directory, `rows-${rows}-half-${half}.copy`));
  await dealRows(path, rows, whole);
  await dealRows(path, rows, halves);
  return { rows, whole, halves };
}

/** Copies every file over a connection of its own, all at once; the connections are open before the clock starts. */
export async function copyOnce(ground: Ground, rows: number, paths: readonly string[]): Promise<CopyRun> {
  const { stack, database } = ground;
  await emptyTables(database);
  await using opened = new AsyncDisposableStack();
  const sessions = await Promise.all(
    paths.map(async (path) => ({ path, session: opened.use(await openCopySession(stack.postgres.url)) })),
  );
  const cpuBefore = await cpuSecondsOfFamily(stack.postgres.pid);
  const walBefore = await walPosition(database);
  const started = performance.now();
  const copied = await Promise.all(sessions.map(({ path, session }) => session.copy(path)));
  const seconds = (performance.now() - started) / 1000;
  const sum = copied.reduce((total, each) => total + each, 0);
  if (sum !== rows) throw new Error(`${sum} rows were copied of ${rows}`);
  return {
    rowsPerSecond: rows / seconds,
    postgresMicros: (((await cpuSecondsOfFamily(stack.postgres.pid)) - cpuBefore) * 1e6) / rows,
    walBytes: ((await walPosition(database)) - walBefore) / rows,
  };
}
