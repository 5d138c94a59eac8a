import { POSTGRES_TEST_SETTINGS, startPostgres } from '@auditlane/embedded';

import type { DataCopy } from '../faults/data-copy.ts';
import { createTestServer, type TestServer } from './test-server.ts';

/** How a private Postgres differs from the one all tests share. */
export interface TestPostgresOptions {
  /** More settings by their names in `postgresql.conf`; `fsync: 'on'` where the test is about durability. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Data to start with, such as a migrated database, which saves the second that a new cluster takes. */
  readonly from?: DataCopy;
}

/**
 * Starts a Postgres of this test's own (about 1 s), for tests that kill or halt it; all others take `useDatabase`.
 * The URL names an empty database.
 */
export async function startTestPostgres(options: TestPostgresOptions = {}): Promise<TestServer> {
  const settings = { ...POSTGRES_TEST_SETTINGS, ...options.settings };
  return createTestServer((dataDir, port) => startPostgres({ dataDir, port, settings }), options.from);
}
