import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Null when the program is on PATH; otherwise why a fault that needs it is skipped. */
export async function findProgram(name: string): Promise<string | null> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const isThere = await access(join(folder, name), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return null;
  }
  return `${name} is not installed`;
}
