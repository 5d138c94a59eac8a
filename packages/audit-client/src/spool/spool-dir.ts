import { lstat, mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { syncFolder } from './spool-folder.ts';

/** A folder above ours that this user may not open, or a file system that syncs no folders. */
const CANNOT_SYNC: ReadonlySet<unknown> = new Set(['EACCES', 'EPERM', 'EINVAL', 'ENOTSUP', 'EROFS']);

/**
 * The folder of a spool, made with every folder above it that is missing. A file in it is worth nothing after a power cut
 * unless their names are durable as well, so each folder that got a name is synced, and stays due until that succeeded:
 * a failed attempt is made good by the next one, or refused again.
 */
export class SpoolDir {
  readonly #path: string;
  readonly #sync: (folder: string) => Promise<void>;
  /** Folders with a name that may not be durable. */
  readonly #due = new Set<string>();
  #isFirst = true;

  /** `sync` makes the names in a folder durable. No I/O before `open`. */
  constructor(path: string, sync: (folder: string) => Promise<void> = syncFolder) {
    this.#path = resolve(path);
    this.#sync = sync;
  }

  /**
   * Resolves when the folder is there, readable by this user alone if it was made, and durable by name. Throws when it
   * cannot be, or when the path is a link or another user's. May be repeated.
   */
  async open(): Promise<void> {
    // Before they are made: of an attempt that fails half-way nobody would know what it has made.
    for (let child = this.#path; !(await exists(child)); child = dirname(child)) {
      this.#due.add(dirname(child));
    }
    await mkdir(this.#path, { recursive: true, mode: 0o700 });
    for (const folder of this.#due) {
      await this.#sync(folder);
      this.#due.delete(folder);
    }
    await this.#syncFirst();
    const found = await lstat(this.#path);
    const uid = process.getuid?.();
    if (!found.isDirectory() || (uid !== undefined && uid !== 0 && found.uid !== uid)) {
      throw Object.assign(new Error('the spool folder is a link, or belongs to another user'), { code: 'EPERM' });
    }
  }

  /** A process before this one may have made the folder and died before it had synced its name. */
  async #syncFirst(): Promise<void> {
    if (!this.#isFirst) {
      return;
    }
    await this.#sync(dirname(this.#path)).catch((error: unknown) => {
      const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
      if (!CANNOT_SYNC.has(code)) {
        throw error;
      }
    });
    this.#isFirst = false;
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => path === dirname(path),
  );
}
