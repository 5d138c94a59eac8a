import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ConfigError, loadStackEnv } from '../src/index.ts';

const WRITTEN = `# Written by npm start while this stack runs.\nexport REDIS_URL='redis://h:1'\nexport DATABASE_URL='postgres://h/x?options=-c%20role%3Daudit_writer'\nexport AUDIT_API_URL='http://h:3'\n`;

function makeWorkspace(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'auditlane-stack-env-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(dir, name, '..'), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  return dir;
}

test('without addresses in the environment, those of the running stack are taken, and nothing else of its file', () => {
  const dir = makeWorkspace({ '.auditlane/env': WRITTEN });
  const env: NodeJS.ProcessEnv = {};
  expect(loadStackEnv(env, dir)).toEqual({
    kind: 'stack',
    given: ['REDIS_URL', 'DATABASE_URL'],
    path: join(dir, '.auditlane/env'),
  });
  expect(env).toEqual({
    REDIS_URL: 'redis://h:1',
    DATABASE_URL: 'postgres://h/x?options=-c%20role%3Daudit_writer',
  });
});

test('one given address is never completed by the other one of the stack', () => {
  const dir = makeWorkspace({ '.auditlane/env': WRITTEN });
  const env: NodeJS.ProcessEnv = { REDIS_URL: 'redis://other:1', DATABASE_URL: '' };
  expect(loadStackEnv(env, dir)).toEqual({ kind: 'environment', given: ['REDIS_URL'] });
  expect(env).toEqual({ REDIS_URL: 'redis://other:1', DATABASE_URL: '' });
});

test('addresses in .env count as given, and AUDIT_DATA_DIR may be named there', () => {
  const given = makeWorkspace({ '.env': 'DATABASE_URL=postgres://h/own\n', '.auditlane/env': WRITTEN });
  expect(loadStackEnv({}, given)).toMatchObject({ kind: 'environment' });
  const elsewhere = makeWorkspace({ '.env': 'AUDIT_DATA_DIR=other\n', 'other/env': WRITTEN });
  expect(loadStackEnv({}, elsewhere)).toMatchObject({ kind: 'stack', path: join(elsewhere, 'other/env') });
});

test('without a running stack the answer names the file that was looked for', () => {
  const dir = makeWorkspace({});
  expect(loadStackEnv({}, dir)).toEqual({ kind: 'none', given: [], path: join(dir, '.auditlane/env') });
});

test('a file that cannot be read is a fault of the configuration', () => {
  const dir = makeWorkspace({ '.auditlane/env/inside': '' });
  expect(() => loadStackEnv({}, dir)).toThrow(ConfigError);
});
