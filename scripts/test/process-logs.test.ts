import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isHopeless } from '../start/fleet.ts';
import { openProcessLogs, toLastWords } from '../start/process-logs.ts';
import { makeTempDir } from './temp-dir.ts';

const FAULT = { name: 'AUDIT_LEASE_MS', problem: 'must be a whole number from 500 to 3600000, got "abc"' };

function toFatal(more: object): string {
  return `${JSON.stringify({ level: 'fatal', name: 'audit-worker', ...more })}\n`;
}

function makeLog(text: string): { readonly home: string; readonly path: string } {
  const home = makeTempDir();
  mkdirSync(join(home, 'logs'));
  const path = join(home, 'logs', 'audit-worker-error.log');
  writeFileSync(path, text);
  return { home, path };
}

test('why a process has ended is told once, when its record is whole, and never of an earlier run', () => {
  const { home, path } = makeLog(toFatal({ msg: 'of yesterday' }));
  const logs = openProcessLogs(home);
  expect(logs.newFatals()).toEqual([]);
  const record = toFatal({ msg: 'bad configuration', faults: [FAULT] });
  appendFileSync(path, `{"level":"error","msg":"no end"}\n${record.slice(0, 30)}`);
  expect(logs.newFatals()).toEqual([]);
  appendFileSync(path, record.slice(30));
  expect(logs.newFatals().map(toLastWords)).toEqual([`${FAULT.name}: ${FAULT.problem}`]);
  expect(logs.newFatals()).toEqual([]);
  appendFileSync(join(home, 'logs', 'audit-api-error.log'), toFatal({ msg: 'uncaught error', err: { message: 'x' } }));
  expect(logs.newFatals().map(toLastWords)).toEqual(['uncaught error: x']);
});

test('of each log only the lines of this run are shown, and no log that has none', () => {
  const { home, path } = makeLog('of yesterday\n');
  const quiet = join(home, 'logs', 'audit-api-out.log');
  writeFileSync(quiet, 'of yesterday\n');
  const logs = openProcessLogs(home);
  expect(logs.tails()).toBe('');
  appendFileSync(path, `${Array.from({ length: 20 }, (_, line) => `line ${line}`).join('\n')}\n`);
  const shown = logs.tails().split('\n');
  expect(shown).toHaveLength(13);
  expect([shown[0], shown[1], shown[12]]).toEqual([`--- ${path}`, 'line 8', 'line 19']);
});

test('a log that has been begun anew is read from its begin', () => {
  const { home, path } = makeLog('a long line of yesterday, longer than all that follows\n'.repeat(9));
  const logs = openProcessLogs(home);
  writeFileSync(path, toFatal({ msg: 'new' }));
  expect(logs.newFatals().map(toLastWords)).toEqual(['new']);
  expect(logs.tails()).toContain('"new"');
});

test('a PM2 that has not written yet has nothing to tell', () => {
  const logs = openProcessLogs(makeTempDir());
  expect([logs.newFatals(), logs.tails()]).toEqual([[], '']);
});

test.each([
  [{ status: 'online', restart_time: 0 }, false],
  [{ status: 'waiting restart', restart_time: 1, exit_code: 1 }, false],
  [{ status: 'waiting restart', restart_time: 0, exit_code: 78 }, true],
  [{ status: 'waiting restart', restart_time: 3, exit_code: 1 }, true],
  [{ status: 'errored', restart_time: 0 }, true],
])('a process of PM2 that is %j does not start any more: %s', (pm2_env, expected) => {
  expect(isHopeless({ name: 'audit-worker', pm2_env })).toBe(expected);
});
