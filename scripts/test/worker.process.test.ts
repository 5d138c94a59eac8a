import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnProcess } from '@auditlane/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { makeTempDir } from './temp-dir.ts';

const WORKER = join(import.meta.dirname, '../worker.ts');

/** Runs it to its end; what it printed is one text. */
async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const worker = spawnProcess(WORKER, { args, env: { AUDIT_DATA_DIR: makeTempDir(), ...env } });
  onTestFinished(() => worker[Symbol.asyncDispose]());
  const { code } = await worker.exited;
  return { code, text: worker.lines.map(({ text }) => text).join('\n') };
}

test('--help prints how to use it and starts nothing, an unknown argument is refused', async () => {
  const help = await run(['--help']);
  expect(help).toMatchObject({ code: 0, text: expect.stringContaining('usage: npm run worker') });
  expect(help.text).not.toContain('"level"');
  expect(await run(['--hlep'])).toMatchObject({ code: 2, text: expect.stringContaining('unknown argument --hlep') });
});

test('without addresses it takes those of the running stack, with one of them it does not mix', async () => {
  const dir = makeTempDir();
  // An address that no process takes, so that it ends and names it.
  writeFileSync(
    join(dir, 'env'),
    "export REDIS_URL='http://of-the-stack'\nexport DATABASE_URL='http://of-the-stack'\n",
  );
  const found = await run([], { AUDIT_DATA_DIR: dir });
  expect(found.code).toBe(78);
  expect(found.text).toMatch(/"name":"REDIS_URL".*"name":"DATABASE_URL"/u);
  const mixed = await run([], { AUDIT_DATA_DIR: dir, DATABASE_URL: 'http://own' });
  expect(mixed.code).toBe(78);
  expect(mixed.text).toContain('REDIS_URL is not set');
  expect(mixed.text).not.toContain('"name":"REDIS_URL"');
});
