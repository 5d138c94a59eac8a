import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { WORKSPACE_DIR } from '@auditlane/runtime';
import { expect, onTestFinished, test } from 'vitest';
import { hasCommandLink, linkCommand } from '../bootstrap/command-link.mjs';

const run = promisify(execFile);

function makeFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'auditlane-command-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

test('the command is linked where npx looks first, over whatever was there, and stays', () => {
  const root = makeFolder();
  const link = join(root, 'node_modules', '.bin', 'auditlane');
  mkdirSync(join(link, '..'), { recursive: true });
  writeFileSync(link, 'another program');
  expect(hasCommandLink(root)).toBe(false);
  linkCommand(root);
  expect(hasCommandLink(root)).toBe(true);
  expect(readlinkSync(link)).toBe('../../scripts/auditlane.mjs');
  linkCommand(root);
  expect(hasCommandLink(root)).toBe(true);
});

test('npx auditlane answers without a network, from a folder inside of the checkout, too', async () => {
  linkCommand(WORKSPACE_DIR);
  const env = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    npm_config_cache: makeFolder(),
    npm_config_registry: 'http://127.0.0.1:9/',
    npm_config_update_notifier: 'false',
  };
  const { stdout } = await run('npx', ['auditlane', '--version'], {
    cwd: join(WORKSPACE_DIR, 'packages', 'queue'),
    env,
  });
  expect(stdout).toMatch(/^auditlane \d+\.\d+\.\d+\n$/u);
});

test('exit codes, standard output and the folder that one stands in pass through', async () => {
  const cwd = makeFolder();
  const command = join(WORKSPACE_DIR, 'scripts', 'auditlane.mjs');
  writeFileSync(join(cwd, 'entry.json'), '[]');
  const failed = run(process.execPath, [command, 'failed', 'edit', 'x', 'entry.json'], { cwd });
  await expect(failed).rejects.toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('one JSON object'),
  });
});

test('without its dependencies it says what to type and installs nothing', async () => {
  const root = makeFolder();
  await run('cp', ['-r', join(WORKSPACE_DIR, 'scripts'), root]);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml']) await run('cp', [join(WORKSPACE_DIR, file), root]);
  const failed = run(process.execPath, [join(root, 'scripts', 'auditlane.mjs'), 'status']);
  await expect(failed).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('run npm install there') });
  expect(existsSync(join(root, 'node_modules'))).toBe(false);
});
