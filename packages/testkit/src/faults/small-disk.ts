/**
 * A disk that a test fills: a small file system of its own in memory, which only root may mount. A folder is moved onto it
 * and a symbolic link put in its place, so that whoever removes the folder needs not know of the mount.
 */
import { closeSync, mkdtempSync, openSync, readFileSync, rmdirSync, unlinkSync, writeSync } from 'node:fs';
import { rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { spawnSync } from 'node:child_process';

import { onExit } from '@auditlane/embedded';

/** A mounted file system of bounded size, unmounted when it is disposed of and at the exit of the process. */
export interface SmallDisk extends AsyncDisposable {
  readonly path: string;
  /** Moves a folder and what is in it here; nobody may be using it. */
  adopt(folder: string): Promise<void>;
  /** Writes until not one byte more has room. */
  fill(): void;
  /** Takes back what `fill` wrote. */
  free(): void;
}

const SOURCE = 'auditlane-disk';
/** As `/proc/mounts` names it: the pid of the run, and where. */
const MOUNT = /^auditlane-disk-(\d+) (\S+) /gm;
const CHUNK = Buffer.alloc(65_536);
/** A page of memory: less is not given. */
const PAGE = 4096;

function run(...command: readonly [string, ...string[]]): string | null {
  const [program, ...args] = command;
  const { status, error, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status === 0) return null;
  return `${program}: ${error?.message ?? stderr.trim()}`;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** At once out of sight, and gone when the last process has closed its files. */
function unmount(path: string): void {
  run('umount', '-l', path);
  try {
    rmdirSync(path);
  } catch {
    // Still mounted: the next run sweeps it.
  }
}

/** A run that was killed by -9 could not unmount what it had. */
function sweepDeadMounts(): void {
  for (const [, pid, path = ''] of readFileSync('/proc/mounts', 'utf8').matchAll(MOUNT)) {
    if (!isAlive(Number(pid))) unmount(path);
  }
}

function mount(megabytes: number): string {
  sweepDeadMounts();
  const path = mkdtempSync(join(tmpdir(), `${SOURCE}-${process.pid}-`));
  const fault = run('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, `${SOURCE}-${process.pid}`, path);
  if (fault === null) return path;
  rmdirSync(path);
  throw new Error(fault);
}

/** Why no small disk can be made here; null when one can. */
export function findDiskFault(): string | null {
  if (process.getuid?.() !== 0) return 'needs a file system of its own, which only root may mount';
  try {
    unmount(mount(1));
    return null;
  } catch (error) {
    return `cannot mount a file system here: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function writeUntilFull(file: number): void {
  for (let size = CHUNK.length; size >= PAGE;) {
    try {
      writeSync(file, CHUNK, 0, size);
    } catch {
      size /= 2;
    }
  }
}

/** Mounts a file system of so many megabytes. Rejects where `findDiskFault` gives a reason. */
export function openSmallDisk(megabytes: number): SmallDisk {
  const path = mount(megabytes);
  const forget = onExit(() => unmount(path));
  const filler = join(path, 'filler');
  return {
    path,
    async adopt(folder) {
      const target = join(path, basename(folder));
      const fault = run('cp', '-a', folder, target);
      if (fault !== null) throw new Error(fault);
      await rm(folder, { recursive: true });
      await symlink(target, folder);
    },
    fill() {
      const file = openSync(filler, 'a');
      writeUntilFull(file);
      closeSync(file);
    },
    free: () => unlinkSync(filler),
    async [Symbol.asyncDispose]() {
      forget();
      unmount(path);
    },
  };
}
