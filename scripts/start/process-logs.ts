import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const TAIL_LINES = 12;
const NEWLINE = 10;

/** The last record of a process that ends itself; `faults` when its configuration is why, which no restart mends. */
const FatalRecord = z.object({
  level: z.literal('fatal'),
  name: z.string(),
  msg: z.string(),
  faults: z.array(z.object({ name: z.string(), problem: z.string() })).optional(),
  err: z.object({ message: z.string() }).optional(),
});
export type FatalRecord = Readonly<z.output<typeof FatalRecord>>;

/** What the processes under PM2 have written since this was made; the lines of earlier runs are not of interest. */
export interface ProcessLogs {
  /** The fatal records that have come since the last call. */
  newFatals(): readonly FatalRecord[];
  /** The last lines of each file that has grown, for a message about a start that failed. */
  tails(): string;
}

/** Notes where the log files of a PM2 end now. */
export function openProcessLogs(home: string): ProcessLogs {
  const folder = join(home, 'logs');
  const begins = new Map(listLogs(folder).map((file) => [file, statSync(join(folder, file)).size]));
  const readUntil = new Map(begins);
  const readFatals = (file: string): readonly FatalRecord[] => {
    const { begin, bytes } = readFrom(join(folder, file), readUntil.get(file) ?? 0);
    // What follows the last line break is still being written.
    const lines = bytes.subarray(0, bytes.lastIndexOf(NEWLINE) + 1);
    readUntil.set(file, begin + lines.length);
    return lines
      .toString('utf8')
      .split('\n')
      .flatMap((line) => toFatal(line) ?? []);
  };
  const readTail = (file: string): string => {
    const { bytes } = readFrom(join(folder, file), begins.get(file) ?? 0);
    return bytes.toString('utf8').trim().split('\n').slice(-TAIL_LINES).join('\n');
  };
  return {
    newFatals: () => listLogs(folder).flatMap(readFatals),
    tails: () =>
      listLogs(folder)
        .map((file) => ({ file, tail: readTail(file) }))
        .filter(({ tail }) => tail !== '')
        .map(({ file, tail }) => `--- ${join(folder, file)}\n${tail}`)
        .join('\n'),
  };
}

/** What a process said last, for people. */
export function toLastWords({ msg, faults, err }: FatalRecord): string {
  if (faults !== undefined) return faults.map(({ name, problem }) => `${name}: ${problem}`).join('; ');
  return err === undefined ? msg : `${msg}: ${err.message}`;
}

function listLogs(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((file) => file.endsWith('.log'));
  } catch {
    return []; // PM2 has not made it yet
  }
}

/** A file that is shorter than where it was read to has been begun anew. */
function readFrom(path: string, position: number): { readonly begin: number; readonly bytes: Buffer } {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const begin = position > size ? 0 : position;
    const bytes = Buffer.alloc(size - begin);
    return { begin, bytes: bytes.subarray(0, readSync(file, bytes, 0, bytes.length, begin)) };
  } finally {
    closeSync(file);
  }
}

function toFatal(line: string): FatalRecord | null {
  // Most lines are not, and cost no parsing.
  if (!line.startsWith('{"level":"fatal"')) return null;
  try {
    return FatalRecord.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
