import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { POSTGRES_TEST_SETTINGS, startPostgres } from '@auditlane/embedded';
import { createPool, migrate } from '@auditlane/store';
import * as z from 'zod';

const text = z.string().nullable();

const Catalog = z.object({
  relations: z.array(
    z.object({
      name: z.string(),
      kind: z.enum(['table', 'partition', 'view']),
      parent: text,
      partitionKey: text,
      definition: text,
      comment: text,
      columns: z.array(
        z.object({
          name: z.string(),
          type: z.string(),
          isNotNull: z.boolean(),
          isGenerated: z.boolean(),
          isIdentity: z.boolean(),
          fallback: text,
          comment: text,
        }),
      ),
      constraints: z.array(z.string()),
      indexes: z.array(z.string()),
      rights: z.array(z.string()),
    }),
  ),
  functions: z.array(z.object({ signature: z.string(), definition: z.string(), comment: text })),
  sequences: z.array(z.object({ name: z.string(), comment: text })),
});
/** What the migrations make of an empty database. */
export type Catalog = Readonly<z.output<typeof Catalog>>;
export type Relation = Catalog['relations'][number];
export type Column = Relation['columns'][number];

/** Migrates an empty database on a server of its own and reads its catalog. About 2 s. */
export async function readCatalog(): Promise<Catalog> {
  await using stack = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'auditlane-schema-'));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const server = stack.use(await startPostgres({ dataDir, settings: POSTGRES_TEST_SETTINGS }));
  await migrate(server.url);
  const pool = createPool(server.url, { applicationName: 'auditlane-generate', max: 1 });
  stack.defer(() => pool.end());
  const { rows } = await pool.query(await readFile(join(import.meta.dirname, 'catalog.sql'), 'utf8'));
  return z.tuple([z.object({ catalog: Catalog })]).parse(rows)[0].catalog;
}
