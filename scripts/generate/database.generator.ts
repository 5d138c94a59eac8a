import { readCatalog } from './database/catalog.ts';
import { toDocument } from './database/to-document.ts';
import { toSchemaSql } from './database/to-schema-sql.ts';

/** docs/database.md and the dumped schema, from the catalog of a freshly migrated database. */
export async function generate(): Promise<Record<string, string>> {
  const catalog = await readCatalog();
  return { 'docs/database.md': toDocument(catalog), 'packages/store/sql/schema.sql': toSchemaSql(catalog) };
}
