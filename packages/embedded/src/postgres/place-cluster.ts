import { createHash } from 'node:crypto';
import { chmod, chown, cp, lchown, mkdir, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { errnoOf } from '../errno.ts';
import { runCommand } from '../run-command.ts';
import { toBinaries, type PostgresBinaries } from './binaries.ts';
import type { RunAs } from './run-as.ts';

/** Programs and data folder that the user who runs Postgres can reach. */
export interface Placement {
  readonly binaries: PostgresBinaries;
  /** Holds the cluster, its password and its log; the server's own folder is `pgdata` in it. */
  readonly baseDir: string;
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function placeBinaries(binaries: PostgresBinaries, runAs: RunAs, publicDir: string): Promise<PostgresBinaries> {
  if ((await runCommand([binaries.postgres, '--version'], { ...runAs.owner })).isOk) return binaries;
  const id = createHash('sha256').update(binaries.root).digest('hex').slice(0, 16);
  const target = join(publicDir, `postgres-${id}`);
  const placed = toBinaries(target);
  if ((await runCommand([placed.postgres, '--version'], { ...runAs.owner })).isOk) return placed;
  // Copied beside and renamed: a crash leaves a `.new` folder that the next start replaces, never half a server.
  const fresh = `${target}.${process.pid}.new`;
  await rm(target, { recursive: true, force: true });
  await cp(binaries.root, fresh, { recursive: true, verbatimSymlinks: true });
  await rename(fresh, target);
  return placed;
}

/** Gives the whole tree to the user who runs the server; only where the folder itself is not yet theirs. */
async function giveTo(dir: string, uid: number, gid: number): Promise<void> {
  if ((await stat(dir)).uid === uid) return;
  for (const entry of await readdir(dir, { recursive: true })) await lchown(join(dir, entry), uid, gid);
  // The folder last: a crash before this line makes the next start do the whole tree again.
  await chown(dir, uid, gid);
}

/** Makes the existing data folder belong to whoever runs the server now; a no-op for an ordinary user. */
export async function fixOwner(clusterDir: string, runAs: RunAs): Promise<void> {
  if (process.getuid?.() !== 0) return;
  await giveTo(clusterDir, runAs.owner?.uid ?? 0, runAs.owner?.gid ?? 0);
}

/**
 * Decides where programs and data live. Normally where they are; when the server runs as nobody and cannot reach them,
 * in `publicDir`, to which data of an earlier start is moved. Data once moved stays there for every later start.
 */
export async function placeCluster(
  binaries: PostgresBinaries,
  runAs: RunAs,
  place: { /** Existing, without symbolic links. */ readonly dataDir: string; readonly publicDir: string },
): Promise<Placement> {
  const { dataDir } = place;
  const moved = join(
    place.publicDir,
    `${basename(dataDir)}-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`,
  );
  if (runAs.owner === undefined) {
    return { binaries, baseDir: (await exists(moved)) ? moved : dataDir };
  }
  await mkdir(place.publicDir, { recursive: true, mode: 0o755 });
  const placed = await placeBinaries(binaries, runAs, place.publicDir);
  // The folder must let nobody through; what is in it keeps its own modes (password and cluster are 0600 and 0700).
  await chmod(dataDir, 0o711);
  if ((await runCommand(['test', '-x', dataDir], { ...runAs.owner })).isOk) {
    return { binaries: placed, baseDir: dataDir };
  }
  if (!(await exists(moved))) {
    await rm(`${moved}.new`, { recursive: true, force: true });
    await cp(dataDir, `${moved}.new`, { recursive: true });
    await chmod(`${moved}.new`, 0o711);
    // From this rename on the moved data is the truth; a crash before it leaves the old folder in charge.
    await rename(`${moved}.new`, moved);
    await rm(join(dataDir, 'pgdata'), { recursive: true, force: true });
  }
  return { binaries: placed, baseDir: await realpath(moved) };
}
