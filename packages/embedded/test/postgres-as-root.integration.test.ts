import { execFileSync } from 'node:child_process';
import { chmod, cp, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { beforeEach, describe, expect, test } from 'vitest';

import { POSTGRES_TEST_SETTINGS, startPostgres } from '../src/index.ts';
import { findPostgresBinaries, toBinaries } from '../src/postgres/binaries.ts';
import { placeCluster } from '../src/postgres/place-cluster.ts';
import { resolveRunAs } from '../src/postgres/run-as.ts';
import { makeDir } from './make-dir.ts';

const settings = POSTGRES_TEST_SETTINGS;

function nobodyUid(): number {
  return Number(execFileSync('id', ['-u', 'nobody'], { encoding: 'utf8' }));
}

async function makePublicDir(): Promise<string> {
  const dir = makeDir();
  await chmod(dir, 0o755);
  return dir;
}

async function uidOf(pid: number): Promise<number> {
  return (await stat(`/proc/${pid}`)).uid;
}

describe('Postgres for root', () => {
  beforeEach(({ skip }) => {
    skip(process.getuid?.() !== 0, 'not root: Postgres is run directly');
  });

  test('without user namespaces runs as nobody, on data moved to where nobody can reach them', async () => {
    const [dataDir, publicDir] = [join(makeDir(), 'below a closed folder'), await makePublicDir()];
    await using first = await startPostgres({ dataDir, publicDir, settings, rootRoute: 'copy' });
    expect(await uidOf(first.pid)).toBe(nobodyUid());
    await first.stop();
    await using second = await startPostgres({ dataDir, publicDir, settings, rootRoute: 'copy' });
    expect(new URL(second.url).password).toBe(new URL(first.url).password);
  });

  test('takes over data of the one way by the other, both ways', async () => {
    const [dataDir, publicDir] = [makeDir(), await makePublicDir()];
    const passwords = new Set<string>();
    for (const rootRoute of ['auto', 'copy', 'auto'] as const) {
      await using server = await startPostgres({ dataDir, publicDir, settings, rootRoute });
      passwords.add(new URL(server.url).password);
    }
    expect(passwords.size).toBe(1);
  });

  test('copies programs that nobody cannot reach', async () => {
    const closed = join(makeDir(), 'native');
    await cp(findPostgresBinaries().root, closed, { recursive: true, verbatimSymlinks: true });
    const publicDir = await makePublicDir();
    const runAs = await resolveRunAs(toBinaries(closed), 'copy');
    const placed = await placeCluster(toBinaries(closed), runAs, { dataDir: makeDir(), publicDir });
    expect(dirname(placed.binaries.root)).toBe(publicDir);
    const version = execFileSync(placed.binaries.postgres, ['--version'], { ...runAs.owner, encoding: 'utf8' });
    expect(version).toContain('PostgreSQL');
  });
});
