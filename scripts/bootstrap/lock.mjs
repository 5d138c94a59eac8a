import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { identityOf } from './identity.mjs';

/**
 * A lock file that names its holder. It is free again once the holder is dead, however it died.
 * @param {string} path its folder must exist
 * @returns {{ kind: 'held', release: () => void } | { kind: 'busy', pid: number }}
 */
export function tryLock(path) {
  const mine = JSON.stringify({ pid: process.pid, identity: identityOf(process.pid) });
  for (;;) {
    if (create(path, mine)) return { kind: 'held', release: () => release(path, mine) };
    const found = read(path);
    if (found === null) continue;
    const holder = parseHolder(found);
    if (holder !== null && identityOf(holder.pid) === holder.identity) return { kind: 'busy', pid: holder.pid };
    removeStale(path, found);
  }
}

/**
 * A link appears with its content, so that nobody ever reads a lock half written.
 * @param {string} path @param {string} mine
 */
function create(path, mine) {
  const draft = `${path}.${process.pid}.new`;
  writeFileSync(draft, mine, { mode: 0o600 });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** @param {string} path @param {string} mine */
function release(path, mine) {
  if (read(path) === mine) rmSync(path, { force: true });
}

/**
 * Two waiters may find the same dead holder. Renaming is atomic, so only one takes the file away; who took a newer
 * one by mistake puts it back.
 * @param {string} path @param {string} stale
 */
function removeStale(path, stale) {
  const taken = `${path}.${process.pid}`;
  try {
    renameSync(path, taken);
  } catch {
    return; // another waiter was faster
  }
  if (read(taken) !== stale) {
    try {
      linkSync(taken, path);
    } catch {
      // a third waiter holds it already
    }
  }
  rmSync(taken, { force: true });
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** @param {string} text @returns {{ pid: number, identity: string } | null} null for a file cut short by a crash */
function parseHolder(text) {
  try {
    const holder = JSON.parse(text);
    return typeof holder?.pid === 'number' && typeof holder.identity === 'string' ? holder : null;
  } catch {
    return null;
  }
}
