import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CliError } from '../command-line/cli-error.ts';

/** The absolute path of a folder that somebody named. Throws CliError when it is none, or may not be looked at. */
export async function findFolder(typed: string): Promise<string> {
  const path = resolve(typed);
  const found = await stat(path).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new CliError('failed', `the folder ${path} cannot be read (${code})${toRemedy(code)}`, { cause: error });
  });
  if (!found.isDirectory()) throw new CliError('usage', `${path} is no folder`);
  return path;
}

function toRemedy(code: string): string {
  if (code === 'EACCES') return ': run this as the user of the application';
  return code === 'ENOENT' ? ': name the folder that the application has as spoolDir or AUDIT_SPOOL_DIR' : '';
}
