/** What is typed wrongly, and settings that are wrong: exit codes 2 and 78. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeRunDir } from '@auditlane/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runCli, toEnv } from './run-cli.ts';

describe('usage', () => {
  test('help needs no server and no settings', async () => {
    for (const args of [[], ['--help'], ['keys', '--help'], ['failed', 'purge', '--help']]) {
      const { code, out, err } = await runCli(args, toEnv({ REDIS_URL: 'nonsense' }));
      expect({ code, err }).toEqual({ code: 0, err: [] });
      expect(out.join('\n')).toContain('Usage: npx auditlane');
    }
  });

  test('the version is one line', async () => {
    expect((await runCli(['--version'])).out).toEqual([expect.stringMatching(/^auditlane \d+\.\d+\.\d+$/u)]);
  });

  test.each([
    [['statsu'], 'did you mean "status"?'],
    [['doctor', '--aftre-restore'], 'did you mean --after-restore?'],
    [['history', 'api_key'], '<resource_id> is missing'],
    [['history', 'api_key', 'x', '--limit', '1001'], '--limit must be a whole number from 1 to 1000'],
    [['failed', 'redrive'], 'say which dead letters'],
    [['failed', 'redrive', 'x', '--all'], 'one of the three'],
    [['failed', 'redrive', '--reason', 'undecodeable'], 'rejected_by_postgres, crash_suspect, unreadable'],
    [['failed', 'list', '--reason', 'Not A Word'], '--reason must be one of undecodable'],
  ])('%j exits 2 and says what is wrong on standard error', async (args, message) => {
    const { code, out, err } = await runCli(args);
    expect({ code, out }).toEqual({ code: 2, out: [] });
    expect(err[0]).toContain(message);
  });

  test.each([
    [['failed', 'redrive'], 'npx auditlane failed redrive --help'],
    [['failed', 'lst'], 'npx auditlane failed --help'],
    [['statsu'], 'npx auditlane --help'],
  ])('%j points to the help that is of use', async (args, help) => {
    const { err } = await runCli(args);
    expect(err.at(-1)).toContain(help);
  });

  test('with --json an error is one JSON line on standard error', async () => {
    const { code, out, err } = await runCli(['statsu', '--json']);
    expect({ code, out, lines: err.length }).toEqual({ code: 2, out: [], lines: 1 });
    expect(JSON.parse(err[0] ?? '')).toMatchObject({ error: { code: 'usage' } });
  });
});

describe('settings', () => {
  test('without any server the answer names both ways to name one', async () => {
    const { code, err } = await runCli(['status']);
    expect(code).toBe(78);
    expect(err[0]).toMatch(/set REDIS_URL and DATABASE_URL, or run npm start/u);
  });

  test('one server alone is not completed by a guess', async () => {
    const { code, err } = await runCli(['status'], toEnv({ REDIS_URL: 'redis://127.0.0.1:1' }));
    expect(code).toBe(78);
    expect(err[0]).toContain('REDIS_URL is set and DATABASE_URL is not');
  });

  test('every fault is named at once, and no password is shown', async () => {
    const { code, err } = await runCli(
      ['doctor'],
      toEnv({
        REDIS_URL: 'http://:topsecret@h',
        DATABASE_URL: 'mysql://u:topsecret@h',
        AUDIT_MAX_QUEUE_LENGTH: 'many',
      }),
    );
    expect(code).toBe(78);
    expect(err.join('\n')).toMatch(/REDIS_URL must .*DATABASE_URL must .*AUDIT_MAX_QUEUE_LENGTH must /u);
    expect(err.join('\n')).not.toContain('topsecret');
  });

  test('the servers of a running npm start are found by its data folder', async () => {
    const dir = makeRunDir();
    onTestFinished(() => dir.remove());
    mkdirSync(dir.path, { recursive: true });
    const lines = ["export REDIS_URL='redis://127.0.0.1:1'", "export DATABASE_URL='postgres://127.0.0.1:1/stack'"];
    writeFileSync(join(dir.path, 'env'), lines.join('\n'));
    const { code, out } = await runCli(['status'], { AUDIT_DATA_DIR: dir.path });
    expect(code).toBe(1);
    expect(out.join('\n')).toContain('postgres://127.0.0.1:1/stack cannot be reached');
  });
});
