import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import {
  checkBatchSizes,
  ConfigError,
  describeVariables,
  findFaults,
  findUnknownNames,
  KNOWN_NAMES,
  loadEnvFile,
  namesReadBy,
  parseEnv,
  READERS,
  SECTIONS,
  sharedEnv,
  toBatchSize,
  toRedisUrl,
} from '../src/index.ts';

const everything = z.object(sharedEnv).superRefine(checkBatchSizes);

function faultsOf(env: Record<string, string>): Record<string, string> {
  try {
    parseEnv(everything, env);
  } catch (error) {
    if (error instanceof ConfigError) {
      return Object.fromEntries(error.faults.map((fault) => [fault.name, fault.problem]));
    }
    throw error;
  }
  return {};
}

describe('parseEnv', () => {
  test('an empty environment is complete, and the result is frozen', () => {
    const env = parseEnv(everything, {});
    expect(env).toMatchObject({
      AUDIT_QUEUE_KEY: 'audit:queue',
      AUDIT_MAX_QUEUE_LENGTH: 10_000,
      AUDIT_LEASE_MS: 30_000,
      HOST: '127.0.0.1',
    });
    expect(env.PORT).toBeUndefined();
    expect(Object.isFrozen(env)).toBe(true);
  });

  test('an empty variable counts as absent', () => {
    expect(parseEnv(everything, { PORT: '', AUDIT_OVERFLOW: '' }).AUDIT_OVERFLOW).toBe('spool');
  });

  test.each(['-1', '1e3', '0x10', ' 5', '3.5', '99999999999999999999', 'ten', '65536'])(
    'a port of %j is refused',
    (value) => {
      expect(faultsOf({ PORT: value })).toEqual({
        PORT: `must be a whole number from 0 to 65535, got ${JSON.stringify(value.slice(0, 60))}`,
      });
    },
  );

  test('all faults come at once, and values of secrets are not among them', () => {
    const faults = faultsOf({
      REDIS_URL: 'http://:topsecret@x',
      REDIS_PASSWORD: 'top\nsecret',
      AUDIT_OVERFLOW: 'explode',
      AUDIT_BATCH_LARGE: '5000',
      LOG_LEVEL: 'loud',
      AUDIT_LOOPBACK_SCOPES: 'monitor,root',
      DATABASE_SSL: 'maybe',
    });
    expect(Object.keys(faults).toSorted()).toEqual([
      'AUDIT_BATCH_LARGE',
      'AUDIT_LOOPBACK_SCOPES',
      'AUDIT_OVERFLOW',
      'DATABASE_SSL',
      'LOG_LEVEL',
      'REDIS_PASSWORD',
      'REDIS_URL',
    ]);
    expect(JSON.stringify(faults)).not.toMatch(/top.{0,2}secret/u);
  });

  test.each([
    ['REDIS_URL', 'redis://user:to%zpsecret@127.0.0.1:6379'],
    ['DATABASE_URL', 'postgres://to%psecret@127.0.0.1/x'],
    ['AUDIT_WRITER_URL', 'postgres://u:p@127.0.0.1/to%E0%A4psecret'],
  ])('a %% in %s that escapes nothing is named, and the value is not', (name, value) => {
    expect(faultsOf({ [name]: value })).toEqual({
      [name]: 'must have every % in user, password and path written as %25',
    });
  });

  test('batch sizes must rise with their thresholds', () => {
    expect(faultsOf({ AUDIT_BATCH_SMALL: '500' })).toEqual({
      AUDIT_BATCH_MEDIUM: 'must not be below AUDIT_BATCH_SMALL (500)',
    });
    expect(faultsOf({ AUDIT_BATCH_LARGE_AT: '10' })).toEqual({
      AUDIT_BATCH_LARGE_AT: 'must not be below AUDIT_BATCH_MEDIUM_AT (1000), got "10"',
    });
  });

  test.each([
    ['true', 'verify-full'],
    ['false', 'disable'],
    ['require', 'no-verify'],
    ['verify-full', 'verify-full'],
  ])('DATABASE_SSL=%s means %s', (word, meaning) => {
    expect(parseEnv(everything, { DATABASE_SSL: word }).DATABASE_SSL).toBe(meaning);
  });

  test.each([
    ['none', []],
    ['monitor, read', ['monitor', 'read']],
  ])('AUDIT_LOOPBACK_SCOPES=%s is the list %j', (text, scopes) => {
    expect(parseEnv(everything, { AUDIT_LOOPBACK_SCOPES: text }).AUDIT_LOOPBACK_SCOPES).toEqual(scopes);
  });

  test.each([
    ['TRUE', true],
    ['off', false],
  ])('ENABLE_METRICS=%s is %s', (word, value) => {
    expect(parseEnv(everything, { ENABLE_METRICS: word }).ENABLE_METRICS).toBe(value);
  });
});

describe('the list of variables', () => {
  test('each has a section, readers and one sentence that ends in a full stop', () => {
    for (const described of describeVariables()) {
      expect(SECTIONS).toContain(described.section);
      expect(described).toMatchObject({ readBy: expect.arrayContaining([expect.any(String)]) });
      expect(described.description).toMatch(/^.{10,}\.$/u);
    }
  });

  test('no variable is undescribed: only those of fault tests are left out', () => {
    const documented = describeVariables().map((described) => described.name);
    expect(KNOWN_NAMES.filter((name) => !documented.includes(name))).toEqual(['AUDIT_CRASH_AT']);
    expect(READERS.flatMap((reader) => namesReadBy(reader)).toSorted()).toEqual(expect.arrayContaining(documented));
  });

  test('every documented default is the one that parsing gives', () => {
    const env: Readonly<Record<string, unknown>> = parseEnv(everything, {});
    const withDefault = describeVariables().filter((described) => env[described.name] !== undefined);
    const documented = withDefault.map(({ name, fallback }) => `${name}=${fallback?.split(' ')[0]}`);
    expect(documented).toEqual(
      withDefault.map(({ name }) => `${name}=${JSON.stringify(env[name]).replaceAll('"', '')}`),
    );
  });

  test('whatever may hold a password is secret', () => {
    const secrets = describeVariables()
      .filter((described) => described.isSecret === true)
      .map((described) => described.name);
    expect(secrets).toEqual(
      expect.arrayContaining(['REDIS_URL', 'REDIS_PASSWORD', 'DATABASE_URL', 'AUDIT_WRITER_URL']),
    );
  });
});

test('the faults of several processes are told together, one that they share only once', () => {
  const api = z.object({ PORT: sharedEnv.PORT, AUDIT_QUEUE_KEY: sharedEnv.AUDIT_QUEUE_KEY });
  const worker = z.object({ AUDIT_LEASE_MS: sharedEnv.AUDIT_LEASE_MS, AUDIT_QUEUE_KEY: sharedEnv.AUDIT_QUEUE_KEY });
  const env = { PORT: '99999', AUDIT_LEASE_MS: 'abc', AUDIT_QUEUE_KEY: 'queue' };
  expect(findFaults([api, worker], env).map(({ name }) => name)).toEqual(['PORT', 'AUDIT_QUEUE_KEY', 'AUDIT_LEASE_MS']);
  expect(findFaults([api, worker], {})).toEqual([]);
});

test('what npm start writes for tools is no unknown name', () => {
  expect(findUnknownNames({ AUDIT_READER_URL: 'postgres://h/x', AUDIT_API_URL: 'http://h:3' })).toEqual([]);
});

test('a mistyped AUDIT_ name is reported with its neighbour, a strange one without', () => {
  expect(findUnknownNames({ AUDIT_LEASE: '1', AUDIT_XYZZY_PLUGH: '1', AUDIT_LEASE_MS: '1', HOME: '/' })).toEqual([
    { name: 'AUDIT_LEASE', nearest: 'AUDIT_LEASE_MS' },
    { name: 'AUDIT_XYZZY_PLUGH', nearest: null },
  ]);
});

test.each([
  [0, 100],
  [999, 100],
  [1000, 300],
  [4999, 300],
  [5000, 1000],
])('a queue of %i calls for batches of %i', (queued, size) => {
  expect(toBatchSize(queued, parseEnv(everything, {}))).toBe(size);
});

test('REDIS_PASSWORD fills a URL without a password and yields to one that has it', () => {
  expect(toRedisUrl({ REDIS_URL: 'redis://h:1', REDIS_PASSWORD: 'a@b/c%' })).toBe('redis://default:a%40b%2Fc%25@h:1');
  expect(toRedisUrl({ REDIS_URL: 'redis://me@h:1', REDIS_PASSWORD: 'a' })).toBe('redis://me:a@h:1');
  expect(toRedisUrl({ REDIS_URL: 'redis://:own@h:1', REDIS_PASSWORD: 'other' })).toBe('redis://:own@h:1');
  expect(toRedisUrl({ REDIS_URL: 'redis://h:1' })).toBe('redis://h:1');
});

test('a .env that cannot be read is a fault of the configuration, named', () => {
  const dir = mkdtempSync(join(tmpdir(), 'auditlane-env-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  mkdirSync(join(dir, '.env'));
  expect(() => loadEnvFile(dir, {})).toThrow(ConfigError);
  expect(() => loadEnvFile(dir, {})).toThrow(/^\.env cannot be read \(EISDIR\)/u);
});

test('bytes of any kind in a .env set nothing but what looks like a setting', () => {
  const dir = mkdtempSync(join(tmpdir(), 'auditlane-env-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const hostile = Buffer.from([0xff, 0x00, 0x3d, 0x0a, 0xc3, 0x28, 0x0a, 0x0a, 0x3d, 0x78, 0x0a]);
  writeFileSync(join(dir, '.env'), Buffer.concat([hostile, Buffer.from('PORT=4000\nLOG_LEVEL=warn\n')]));
  const env: Record<string, string> = { LOG_LEVEL: 'info' };
  loadEnvFile(dir, env);
  expect(env).toMatchObject({ PORT: '4000', LOG_LEVEL: 'info' });
});
