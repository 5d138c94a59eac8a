import { execFile, execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { useDatabase, useRedis } from '@auditlane/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildClient, checkTarball, packClient } from './support/pack-client.ts';
import { makeTempDir } from './support/temp-dir.ts';

const { url, redis } = await useRedis();
const database = await useDatabase();
const app = makeTempDir();
const CONSUMER = fileURLToPath(new URL('../consumer', import.meta.url));
const MODULES = fileURLToPath(new URL('../../../node_modules', import.meta.url));
const run = promisify(execFile);
const NPM = ['install', '--no-audit', '--no-fund', '--prefer-offline', '--silent'];
let tarball = '';

beforeAll(() => {
  const packed = join(app, 'packed');
  mkdirSync(packed);
  buildClient();
  tarball = packClient(packed);
  cpSync(CONSUMER, app, { recursive: true });
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'consumer', private: true }));
  execFileSync('npm', [...NPM, tarball], { cwd: app });
}, 180_000);

/** The version of a Node, or null when there is none at `path`. */
function versionOf(path: string): string | null {
  try {
    return execFileSync(path, ['--version'], { encoding: 'utf8' }).trim();
  } catch {
    return null;
  }
}

/** A Node of this major version: the one that runs, one of the system, or one from npm; null when none can be had. */
function findNode(major: number): string | null {
  const has = (path: string): boolean => versionOf(path)?.startsWith(`v${major}.`) === true;
  const known = [process.execPath, '/usr/bin/node', '/usr/local/bin/node'].find(has);
  if (known !== undefined) return known;
  const folder = makeTempDir();
  const name = `node-${process.platform}-${process.arch}`;
  try {
    execFileSync('npm', [...NPM, '--prefix', folder, `${name}@${major}`], { stdio: 'ignore', timeout: 120_000 });
  } catch {
    return null;
  }
  const path = join(folder, 'node_modules', name, 'bin', 'node');
  return existsSync(path) && has(path) ? path : null;
}

async function runOn(node: string, script: string): Promise<Readonly<Record<string, unknown>>> {
  const env = {
    PATH: '/usr/bin:/bin',
    HOME: app,
    REDIS_URL: url,
    DATABASE_URL: database.url,
    AUDIT_SPOOL_DIR: makeTempDir(),
  };
  const { stdout } = await run(node, [script], { cwd: app, env, timeout: 20_000 });
  return JSON.parse(stdout);
}

const accepted = (status: string) => ({ id: expect.stringMatching(/^[0-9a-f-]{36}$/), status });

describe('the packed client, installed in a folder of its own', () => {
  test.for([20, 22, 24])(
    'works on Node %i by import and by require, with one default client',
    { timeout: 180_000 },
    async (major, { skip }) => {
      const node = findNode(major) ?? skip(`no Node ${major} here, and none to be had from npm`);
      expect(await runOn(node, 'use-both.mjs')).toEqual({
        node: versionOf(node),
        receipts: [accepted('queued'), accepted('queued'), accepted('stored'), accepted('spooled'), accepted('queued')],
        isShared: true,
        isError: true,
      });
      expect(await redis.llen('audit:queue')).toBe(3);
      expect(await runOn(node, 'use-require.cjs')).toEqual({
        node: versionOf(node),
        receipts: [accepted('queued'), accepted('stored')],
      });
    },
  );

  test('its types stand by themselves, for ESM and CommonJS', () => {
    const options = {
      module: 'nodenext',
      target: 'es2022',
      // zod's own types name URL, which an application has from the DOM or from @types/node.
      lib: ['es2022', 'dom'],
      strict: true,
      skipLibCheck: false,
      noEmit: true,
      types: [],
    };
    writeFileSync(
      join(app, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: options, files: ['use-types.mts', 'use-types.cts'] }),
    );
    const compile = (): string =>
      execFileSync(join(MODULES, '.bin', 'tsc'), ['-p', app], { encoding: 'utf8', cwd: app });
    expect(compile()).toBe('');
  });

  test('publint and attw have nothing to say', () => {
    expect(checkTarball(tarball)).toContain('All good!');
  });

  test('it carries what it needs and has three dependencies', () => {
    const home = join(app, 'node_modules', '@auditlane', 'audit-client');
    const { dependencies, exports } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
    expect(Object.keys(dependencies)).toEqual(['ioredis', 'pg', 'zod']);
    expect(JSON.stringify(exports)).not.toContain('src/');
    for (const file of [
      ...['enqueue', 'count', 'last_push', 'retire'].map((script) => `lua/${script}.lua`),
      'sql/queries/store_idempotent.sql',
      'README.md',
      'CHANGELOG.md',
      'LICENSE',
    ]) {
      expect(existsSync(join(home, file)), file).toBe(true);
    }
    expect(existsSync(join(home, 'src'))).toBe(false);
  });
});
