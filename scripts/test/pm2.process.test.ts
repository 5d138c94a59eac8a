import { join } from 'node:path';
import { spawnProcess, useDatabase, useRedis, waitFor } from '@auditlane/testkit';
import { expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { findFleet } from '../start/claim-data-dir.ts';
import { runPm2 } from '../start/pm2-cli.ts';
import { toPm2Home } from '../start/pm2-home.ts';
import { endProcess } from '../start/process-table.ts';
import { findProcesses } from './stack-processes.ts';
import { makeTempDir } from './temp-dir.ts';

const SHOW = join(import.meta.dirname, '../pm2.ts');
const TEST_MS = 180_000;
const WAIT_MS = 60_000;

const { url: redisUrl } = await useRedis();
const { url: databaseUrl } = await useDatabase();

const Listed = z.array(z.object({ name: z.string(), pid: z.number(), pm2_env: z.object({ status: z.string() }) }));

/** What PM2 lists, as "name status", sorted. */
async function list(home: string): Promise<readonly string[]> {
  const { output } = await runPm2({ home, args: ['jlist'] });
  const listed = Listed.parse(JSON.parse(output.slice(output.lastIndexOf('\n[') + 1)));
  return listed.map(({ name, pm2_env }) => `${name} ${pm2_env.status}`).toSorted();
}

test('plain PM2 starts, scales, reloads, saves and resurrects the processes', { timeout: TEST_MS }, async () => {
  const dir = makeTempDir();
  const home = toPm2Home(dir);
  onTestFinished(async () => {
    const fleet = findFleet(dir);
    await runPm2({ home, args: ['kill'] });
    await Promise.all(fleet.map((known) => endProcess(known, ['SIGKILL'], 5000)));
  });
  const env = { REDIS_URL: redisUrl, DATABASE_URL: databaseUrl, PORT: '0', AUDIT_WORKERS: '1' };
  const pm2 = async (...args: readonly string[]): Promise<string> => {
    const { code, output } = await runPm2({ home, args, env });
    expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
    return output;
  };
  const expectOnline = async (...names: readonly string[]): Promise<void> => {
    const expected = names.map((name) => `${name} online`);
    await waitFor(async () => JSON.stringify(await list(home)) === JSON.stringify(expected), {
      deadlineMs: WAIT_MS,
      everyMs: 200,
      message: `online: ${names.join(', ')}`,
    });
  };

  await pm2('start', 'ecosystem.config.js');
  await expectOnline('audit-api', 'audit-maintenance', 'audit-worker');
  await pm2('scale', 'audit-worker', '+1');
  await expectOnline('audit-api', 'audit-maintenance', 'audit-worker', 'audit-worker');
  await pm2('reload', 'audit-worker');
  await expectOnline('audit-api', 'audit-maintenance', 'audit-worker', 'audit-worker');
  const records = await pm2('logs', 'audit-worker', '--nostream', '--raw', '--lines', '100');
  expect(records).toContain('"name":"audit-worker"');

  const shown = spawnProcess(SHOW, { args: ['logs', 'audit-worker'], env: { AUDIT_DATA_DIR: dir } });
  onTestFinished(() => shown[Symbol.asyncDispose]());
  await shown.waitForLine('"name":"audit-worker"', WAIT_MS);
  await shown.stop('SIGTERM');
  expect(findProcesses(home).filter((command) => command.includes(' logs audit-worker'))).toEqual([]);

  await pm2('save');
  await pm2('kill');
  await waitFor(() => findProcesses(home).length === 0, { deadlineMs: WAIT_MS, message: 'all ended' });
  await pm2('resurrect');
  await expectOnline('audit-api', 'audit-maintenance', 'audit-worker', 'audit-worker');
});
