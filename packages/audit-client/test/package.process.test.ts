import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
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
/** An application that has more: the loggers that are optional peers, and the types of Node. */
const loggingApp = makeTempDir();
const CONSUMER = fileURLToPath(new URL('../consumer', import.meta.url));
const MODULES = fileURLToPath(new URL('../../../node_modules', import.meta.url));
const run = promisify(execFile);
const NPM = ['install', '--no-audit', '--no-fund', '--prefer-offline', '--silent'];
const { devDependencies: VERSIONS } = readManifest('..');
const EXTRAS = [
  ...['winston', 'pino'].map((name) => `${name}@${VERSIONS[name]}`),
  `@types/node@${readManifest('../../..').devDependencies['@types/node']}`,
];
let tarball = '';

function readManifest(folder: string): { readonly devDependencies: Readonly<Record<string, string>> } {
  return JSON.parse(readFileSync(fileURLToPath(new URL(`${folder}/package.json`, import.meta.url)), 'utf8'));
}

/** Makes a consumer of the tarball in `folder`. */
function installIn(folder: string, extras: readonly string[] = []): void {
  cpSync(CONSUMER, folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true }));
  execFileSync('npm', [...NPM, tarball, ...extras], { cwd: folder });
}

beforeAll(() => {
  const packed = join(app, 'packed');
  mkdirSync(packed);
  buildClient();
  tarball = packClient(packed);
  installIn(app);
  installIn(loggingApp, EXTRAS);
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

async function runOn(node: string, script: string, cwd = app): Promise<Readonly<Record<string, unknown>>> {
  const env = {
    PATH: '/usr/bin:/bin',
    HOME: app,
    REDIS_URL: url,
    DATABASE_URL: database.url,
    AUDIT_SPOOL_DIR: makeTempDir(),
  };
  const { stdout } = await run(node, [script], { cwd, env, timeout: 20_000 });
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

  test.for([20, 24])(
    'gives one service and its log transports by import and by require, on Node %i',
    { timeout: 180_000 },
    async (major, { skip }) => {
      const node = findNode(major) ?? skip(`no Node ${major} here, and none to be had from npm`);
      expect(await runOn(node, 'use-events.mjs', loggingApp)).toEqual({
        node: versionOf(node),
        receipt: accepted('buffered'),
        processors: 1,
        correlation: 'request-2',
        frameworks: [
          ['function', 'function'],
          ['function', 'function'],
        ],
        missing: [],
        missingByRequire: [],
      });
      const lines = await redis.lrange('audit:queue', 0, -1);
      const types = lines.map((line) => JSON.parse(line)['event_type']);
      expect(types.toSorted()).toEqual([
        'auth.login.failure',
        'package.pino',
        'package.pino.worker',
        'package.winston',
        'package.winston.cjs',
      ]);
    },
  );

  test.for([
    ['nodenext', 'nodenext', /\.[cm]ts$/],
    // A bundler reads ESM.
    ['esnext', 'bundler', /\.mts$/],
  ] as const)(
    'its types need those of Node and of the loggers that are used: %s, %s',
    ([module, resolution, files]) => {
      const options = {
        module,
        moduleResolution: resolution,
        target: 'es2022',
        lib: ['es2022'],
        strict: true,
        skipLibCheck: false,
        noEmit: true,
        types: ['node'],
      };
      writeFileSync(
        join(loggingApp, 'tsconfig.json'),
        JSON.stringify({
          compilerOptions: options,
          files: readdirSync(CONSUMER).filter((name) => files.test(name)),
        }),
      );
      const { stdout } = spawnSync(join(MODULES, '.bin', 'tsc'), ['-p', loggingApp], {
        encoding: 'utf8',
        cwd: loggingApp,
      });
      expect(stdout).toBe('');
    },
  );

  test('publint and attw have nothing to say', () => {
    expect(checkTarball(tarball)).toContain('All good!');
  });

  test('it carries what it needs and has three dependencies', () => {
    const home = join(app, 'node_modules', '@auditlane', 'audit-client');
    const { dependencies, exports } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
    expect(Object.keys(dependencies)).toEqual(['ioredis', 'pg', 'zod']);
    // The loggers, frameworks and prom-client are the application's own.
    expect(
      readdirSync(join(app, 'node_modules')).filter((name) => /^(winston|pino|express|fastify|hono|prom)/.test(name)),
    ).toEqual([]);
    expect(JSON.stringify(exports)).not.toContain('src/');
    for (const file of [
      ...['enqueue', 'count', 'last_push', 'retire', 'tell_buffered'].map((script) => `lua/${script}.lua`),
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
