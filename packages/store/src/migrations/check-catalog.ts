import type { Pool } from 'pg';

import { latestMigration } from '../load-migrations.ts';
import { readNumber } from '../postgres/read-row.ts';
import { runQuery } from '../postgres/with-client.ts';

export type CatalogFaultCode =
  | 'not_migrated'
  | 'migrations_behind'
  | 'primary_key_missing'
  | 'created_at_not_generated'
  | 'default_partition_missing'
  | 'rights_missing'
  | 'row_security_active';

/** Something without which events must not be stored. */
export interface CatalogFault {
  readonly code: CatalogFaultCode;
  /** The fact and the remedy, one sentence. */
  readonly message: string;
}

const FAULTS = [
  {
    column: 'has_primary_key',
    code: 'primary_key_missing',
    message:
      'audit_logs has no primary key on id, so a redelivered event would be stored twice: alter table audit_logs add primary key (id)',
  },
  {
    column: 'has_generated_time',
    code: 'created_at_not_generated',
    message:
      'audit_logs.created_at is not generated from the id any more: restore the column as migration 0002 makes it',
  },
  {
    column: 'has_default_partitions',
    code: 'default_partition_missing',
    message:
      'audit_logs or audit_batches has no DEFAULT partition, so an event outside the prepared range could not be stored: create table audit_logs_default partition of audit_logs default',
  },
  {
    column: 'has_rights',
    code: 'rights_missing',
    message:
      'this role may not insert into audit_logs and audit_batches: grant it audit_writer, or connect with -c role=audit_writer',
  },
  {
    column: 'has_no_row_security',
    code: 'row_security_active',
    message:
      'row level security applies to this role on audit_logs, and COPY is refused under it: give audit_writer BYPASSRLS, or let tenants read through a security_barrier view instead',
  },
] as const satisfies readonly (CatalogFault & { readonly column: string })[];

/**
 * Looks whether the database is what this release writes to. Works with the rights of `audit_writer`.
 * A database that is newer is no fault: a migration keeps the previous release's workers working.
 * Throws a StoreError when Postgres does not answer.
 */
export async function checkCatalog(pool: Pool): Promise<readonly CatalogFault[]> {
  const facts = (await runQuery(pool, 'check_catalog')).rows[0];
  if (facts?.['has_migrations'] !== true || facts['has_tables'] !== true) {
    return [
      {
        code: 'not_migrated',
        message: 'the database has no audit tables yet: run the migrations (npx auditlane migrate)',
      },
    ];
  }
  const version = readNumber((await runQuery(pool, 'read_version')).rows[0], 'version');
  const latest = latestMigration();
  const behind: readonly CatalogFault[] =
    version >= latest
      ? []
      : [
          {
            code: 'migrations_behind',
            message: `the database is at migration ${version} and this release needs ${latest}: run the migrations (npx auditlane migrate)`,
          },
        ];
  return [
    ...behind,
    ...FAULTS.filter(({ column }) => facts[column] !== true).map(({ code, message }) => ({ code, message })),
  ];
}
