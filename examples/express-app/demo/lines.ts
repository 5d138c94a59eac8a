import { z } from 'zod';
import { readInputLines, toJsonRecord } from './input-file.ts';

const LineRecord = z.object({ id: z.string().optional(), line: z.string() });

/** One line of a log, with its place in the file. */
export interface LogLine {
  readonly number: number;
  readonly id: string | null;
  readonly text: string;
}

/**
 * Reads a file of log lines: JSON lines with a text `line` (and perhaps an `id`), or plain text, a line each.
 *
 * @throws DemoUsageError when the file cannot be read, or one of its lines is not what its ending says
 */
export async function readLines(path: string): Promise<readonly LogLine[]> {
  return (await readInputLines(path)).map((line) => {
    const record = path.endsWith('.jsonl') ? toJsonRecord(line, LineRecord) : { line: line.text };
    return { number: line.number, id: 'id' in record ? (record.id ?? null) : null, text: record.line };
  });
}
