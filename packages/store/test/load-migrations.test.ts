import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { loadMigrations } from '../src/load-migrations.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'auditlane-migrations-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function load(files: Readonly<Record<string, string>>): ReturnType<typeof loadMigrations> {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return loadMigrations(pathToFileURL(`${folder}/`));
}

it('the package’s own migrations are numbered without a gap', () => {
  const versions = loadMigrations().map(({ version }) => version);
  expect(versions).toEqual(versions.map((_, index) => index + 1));
  expect(versions.length).toBeGreaterThan(5);
});

it('line ends do not change a checksum, anything else does', () => {
  const [unix] = load({ '0001_a.sql': 'select 1;\n' });
  const [windows] = load({ '0001_a.sql': 'select 1;\r\n' });
  const [other] = load({ '0001_a.sql': 'select 2;\n' });
  expect(windows?.checksum).toBe(unix?.checksum);
  expect(other?.checksum).not.toBe(unix?.checksum);
});

it.each([
  ['a gap', { '0001_a.sql': '', '0003_b.sql': '' }],
  ['a number twice', { '0001_a.sql': '', '0001_b.sql': '' }],
  ['a name without a number', { 'a.sql': '' }],
])('%s is refused', (_name, files) => {
  expect(() => load(files)).toThrow(/should have the number/);
});
