import { afterEach } from 'vitest';
import type { AuditClient, AuditClientOptions } from '../../src/audit-client.ts';
import { createClient } from '../../src/create-client.ts';
import type { ImportClient } from '../../src/internal.ts';
import { makeTempDir } from './temp-dir.ts';

const open: AuditClient[] = [];

/** A client with a spool of its own and a logger that remembers; closed after the test. */
export function createTestClient(options: AuditClientOptions & { readonly acceptIds?: boolean } = {}): {
  readonly client: AuditClient & ImportClient;
  readonly warnings: { readonly message: string; readonly facts: Readonly<Record<string, unknown>> }[];
  readonly spoolDir: string;
} {
  const warnings: { readonly message: string; readonly facts: Readonly<Record<string, unknown>> }[] = [];
  const spoolDir = options.spoolDir ?? makeTempDir();
  const { acceptIds = false, ...rest } = options;
  const logger = {
    warn: (facts: Readonly<Record<string, unknown>>, message: string) => void warnings.push({ message, facts }),
  };
  const client = createClient({ logger, ...rest, spoolDir }, acceptIds);
  open.push(client);
  return { client, warnings, spoolDir };
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.close()));
});
