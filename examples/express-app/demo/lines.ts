import { readFile } from 'node:fs/promises';
import { z } from 'zod';

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
 * @throws when the file cannot be read
 */
export async function readLines(path: string): Promise<readonly LogLine[]> {
  const text = await readFile(path, 'utf8');
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line, index) => {
    const parsed = path.endsWith('.jsonl') ? LineRecord.parse(JSON.parse(line)) : { line };
    return { number: index + 1, id: 'id' in parsed ? (parsed.id ?? null) : null, text: parsed.line };
  });
}
