import { POSTGRES_TEST_SETTINGS, startPostgres } from '@auditlane/embedded';

import type { DataCopy } from '../faults/data-copy.ts';
import { createTestServer, type TestServer } from './test-server.ts';

/** How a private Postgres differs from the one all tests share. */
export interface TestPostgresOptions {
  /** More settings by their names in `postgresql.conf`; `fsync: 'on'` where the test is about durability. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Data to start with, such as a migrated database. Default: the new cluster that the run made once, if it is a run. */
  readonly from?: DataCopy;
}

/** Names the folder of the new cluster to the workers of a run: to copy it takes a fifth of making one. */
export const NEW_CLUSTER_VARIABLE = 'AUDITLANE_TEST_NEW_CLUSTER';

function toNewCluster(): DataCopy | undefined {
  const path = process.env[NEW_CLUSTER_VARIABLE];
  // It goes with the folder of the run.
  return path === undefined ? undefined : { path, remove: () => undefined };
}

/**
 * Starts a Postgres of this test's own, for tests that kill or halt it; all others take `useDatabase`.
 * The URL names an empty database.
 */
export async function startTestPostgres(options: TestPostgresOptions = {}): Promise<TestServer> {
  const settings = { ...POSTGRES_TEST_SETTINGS, ...options.settings };
  return createTestServer(
    (dataDir, port) => startPostgres({ dataDir, port, settings }),
    options.from ?? toNewCluster(),
  );
}
