import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';

import { StoreError } from './postgres/store-error.ts';

/** One file of sql/migrations. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly text: string;
  /** SHA-256 of the text, hex. */
  readonly checksum: string;
}

const MIGRATIONS = new URL('../sql/migrations/', import.meta.url);
const FILE_NAME = /^(\d{4})_[a-z0-9_]+\.sql$/;

/** Reads the migrations in order. Throws StoreError `config` unless they are numbered 1, 2, 3, ... without a gap. */
export function loadMigrations(directory: URL = MIGRATIONS): readonly Migration[] {
  const migrations = readdirSync(directory)
    .filter((name) => name.endsWith('.sql'))
    .toSorted()
    .map((name) => toMigration(directory, name));
  for (const [index, { version, name }] of migrations.entries()) {
    if (version !== index + 1)
      throw new StoreError('config', `the migration ${name} should have the number ${index + 1}`);
  }
  return migrations;
}

function toMigration(directory: URL, name: string): Migration {
  // A checkout that turned line ends must not look like a changed migration.
  const text = readFileSync(new URL(name, directory), 'utf8').replaceAll('\r\n', '\n');
  const version = Number(FILE_NAME.exec(name)?.[1] ?? Number.NaN);
  return { version, name, text, checksum: createHash('sha256').update(text).digest('hex') };
}

/** The number of the last migration that this release brings. */
export function latestMigration(): number {
  return readdirSync(MIGRATIONS).filter((name) => FILE_NAME.test(name)).length;
}
