import { startRedis } from '@auditlane/embedded';

import type { DataCopy } from '../faults/data-copy.ts';
import { createTestServer, type TestServer } from './test-server.ts';

/** How a test's Redis differs from the product's. */
export interface TestRedisOptions {
  /** Default `no`; `always` where the test kills the server and counts what was acknowledged. */
  readonly appendfsync?: 'always' | 'everysec' | 'no';
  /** More settings by their names in `redis.conf`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Data to start with. */
  readonly from?: DataCopy;
}

/** Starts a private Redis without a password. The caller stops it; if it cannot, the end of the process does. */
export async function startTestRedis(options: TestRedisOptions = {}): Promise<TestServer> {
  const settings = { appendfsync: options.appendfsync ?? 'no', ...options.settings };
  return createTestServer(
    // Tests stop it with SIGSTOP: it would never hear a gentler signal if the run was killed meanwhile.
    (dataDir, port) => startRedis({ dataDir, port, settings, hasPassword: false, isDisposable: true }),
    options.from,
  );
}
