import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import { DemoUsageError } from './options.ts';

/** One line of an input file that is not empty. */
export interface InputLine {
  readonly path: string;
  /** Counted from 1, empty lines included, as an editor counts. */
  readonly number: number;
  readonly text: string;
}

/**
 * Reads the lines of a text file, without the empty ones.
 *
 * @throws DemoUsageError when it cannot be read or is not UTF-8
 */
export async function readInputLines(path: string): Promise<readonly InputLine[]> {
  const text = await readText(path);
  return text
    .split('\n')
    .map((line, index) => ({ path, number: index + 1, text: line }))
    .filter((line) => line.text !== '' && line.text !== '\r');
}

async function readText(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new DemoUsageError(`${path} cannot be read (${code})`, { cause: error });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new DemoUsageError(`${path} is not text in UTF-8`, { cause: error });
  }
}

/**
 * Parses a line as JSON of the given shape.
 *
 * @throws DemoUsageError that names file, line and field, in one line and without the content, which is hostile
 */
export function toJsonRecord<T>(line: InputLine, shape: z.ZodType<T>): T {
  const parsed = shape.safeParse(parseJson(line));
  if (parsed.success) {
    return parsed.data;
  }
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the line'}: ${issue.message}`);
  throw new DemoUsageError(`${line.path}, line ${line.number}: ${faults.join('; ')}`);
}

function parseJson({ path, number, text }: InputLine): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DemoUsageError(`${path}, line ${number} is not JSON`, { cause: error });
  }
}
