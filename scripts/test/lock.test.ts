import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { identityOf } from '../bootstrap/identity.mjs';
import { tryLock } from '../bootstrap/lock.mjs';
import { makeTempDir } from './temp-dir.ts';

test('a lock is held by one at a time and free after its release', () => {
  const path = join(makeTempDir(), 'lock');
  const held = tryLock(path);
  expect(held.kind).toBe('held');
  expect(tryLock(path)).toEqual({ kind: 'busy', pid: process.pid });
  if (held.kind === 'held') held.release();
  expect(existsSync(path)).toBe(false);
  expect(tryLock(path).kind).toBe('held');
});

test('the lock of a dead process is taken over', () => {
  const path = join(makeTempDir(), 'lock');
  const lock = join(import.meta.dirname, '../bootstrap/lock.mjs');
  const code = `import(${JSON.stringify(lock)}).then(({ tryLock }) => { tryLock(${JSON.stringify(path)}); process.kill(process.pid, 'SIGKILL'); })`;
  spawnSync(process.execPath, ['-e', code]);
  expect(existsSync(path)).toBe(true);
  expect(tryLock(path).kind).toBe('held');
});

test('a process that has the pid of a dead holder does not hold its lock', () => {
  const path = join(makeTempDir(), 'lock');
  writeFileSync(path, JSON.stringify({ pid: process.pid, identity: `${identityOf(process.pid)}0` }));
  expect(tryLock(path).kind).toBe('held');
});

test('a lock file cut short by a crash is taken over', () => {
  const path = join(makeTempDir(), 'lock');
  writeFileSync(path, '{"pid":');
  expect(tryLock(path).kind).toBe('held');
});
