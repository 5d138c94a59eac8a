import { readdir, rename, rm, rmdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { isAbandoned, isOwnerFile, readOwner, type SpoolOwner, writeOwner } from './owner.ts';
import { listSegmentNames } from './segment-name.ts';

const FOLDER_NAME = /^[A-Za-z0-9_-]{1,200}$/;

/** What a look at the other folders of the spool found. */
export interface Adoption {
  /** Folders that are ours from now on, and what was promised for what is in them. */
  readonly adopted: readonly { readonly name: string; readonly guarantee: SpoolOwner['guarantee'] }[];
  /** Abandoned folders with events for another queue than ours; somebody has to be told. */
  readonly foreign: number;
}

/**
 * Takes over the folders of dead processes that spooled for the same queue. The rename is the claim: of two processes
 * that try, one finds the folder gone. A crash between the rename and the new owner file leaves a folder that names a
 * dead owner still, so the next process takes it over again. One that looked before the new name was written may do so
 * while the first lives: both then offer the same entries under the same ids, and none is lost.
 */
export async function adoptAbandoned(
  spoolDir: string,
  mine: {
    readonly names: ReadonlySet<string>;
    readonly owner: SpoolOwner;
    /** Whether we can keep a folder of the guarantee `strict`; else it is left to a process that can ask Postgres. */
    readonly canKeep: boolean;
    /** Whether folders for another queue are taken, too. Default false. */
    readonly anyTarget?: boolean;
    readonly toName: () => string;
    readonly now: number;
  },
): Promise<Adoption> {
  const adopted: Adoption['adopted'][number][] = [];
  let foreign = 0;
  for (const name of await readdir(spoolDir)) {
    const folder = join(spoolDir, name);
    if (mine.names.has(name) || !FOLDER_NAME.test(name)) {
      continue;
    }
    const owner = await readOwner(folder);
    if (!(await isAbandoned(folder, owner, { by: mine.owner, now: mine.now }))) {
      continue;
    }
    const isEmpty = listSegmentNames(await readdir(folder).catch(() => [])).length === 0;
    if (!isEmpty && owner !== null && owner.target !== mine.owner.target && mine.anyTarget !== true) {
      foreign += 1;
      continue;
    }
    const guarantee = owner?.guarantee ?? mine.owner.guarantee;
    if (guarantee === 'strict' && !mine.canKeep) {
      continue;
    }
    const taken = mine.toName();
    if (await takeOver(folder, join(spoolDir, taken), { ...mine.owner, guarantee })) {
      adopted.push({ name: taken, guarantee });
    }
  }
  return { adopted, foreign };
}

/** Renames an abandoned folder and writes our name into it; false when somebody was faster, or it was empty (and is gone). */
async function takeOver(from: string, to: string, owner: SpoolOwner): Promise<boolean> {
  try {
    await rename(from, to);
  } catch {
    return false;
  }
  if (await removeIfEmpty(to)) {
    return false;
  }
  return writeOwner(to, owner).then(
    () => true,
    () => false,
  );
}

/**
 * Removes a folder that has no segments. Not a recursive removal: should its writer be alive after all, a segment that
 * it has just synced makes the removal fail.
 */
export async function removeIfEmpty(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => null);
  if (names === null || listSegmentNames(names).length > 0) {
    return names === null;
  }
  for (const name of names.filter(isOwnerFile)) {
    await rm(join(folder, name), { force: true });
  }
  return rmdir(folder).then(
    () => true,
    () => false,
  );
}

/** Renews the sign of life of our folders. */
export async function touchOwners(spoolDir: string, names: ReadonlySet<string>, now: number): Promise<void> {
  for (const name of names) {
    await utimes(join(spoolDir, name, 'owner.json'), now / 1000, now / 1000).catch(() => undefined);
  }
}
