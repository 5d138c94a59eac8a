import { checkCatalog } from '@auditlane/store';
import type { Pool } from './worker-pool.ts';

/** The database is not the one this worker knows how to write to. It waits: a migration or a grant will end it. */
export class CatalogError extends Error {
  readonly code = 'catalog';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join('; '));
    this.name = 'CatalogError';
    this.faults = faults;
  }
}

/** Resolves when the schema is fit for this worker. Rejects with a CatalogError, or with why Postgres did not answer. */
export async function probeCatalog(pool: Pool): Promise<void> {
  const faults = await checkCatalog(pool);
  if (faults.length > 0) throw new CatalogError(faults.map((fault) => fault.message));
}
