import { afterAll, onTestFinished } from 'vitest';
import type { AuditClient, AuditClientOptions } from '../../src/audit-client.ts';
import { createClient } from '../../src/create-client.ts';
import type { ImportClient } from '../../src/internal.ts';
import { makeTempDir } from './temp-dir.ts';

/**
 * A client with a spool of its own and a logger that remembers; closed after the test, or after the file's last test when
 * it is made outside of one. The hook belongs to the call: a worker loads this module once for many files.
 */
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
  const close = (): Promise<void> => client.close();
  try {
    onTestFinished(close);
  } catch {
    afterAll(close);
  }
  return { client, warnings, spoolDir };
}
