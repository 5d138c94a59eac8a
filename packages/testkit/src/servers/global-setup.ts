import { chmod } from 'node:fs/promises';

import type { TestProject } from 'vitest/node';

import { makeRunDir, RUN_DIR_VARIABLE, sweepDeadRuns } from './run-dir.ts';
import { NEW_CLUSTER_VARIABLE, startTestPostgres } from './test-postgres.ts';
import type { TestServer } from './test-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Administrator's URL of the one Postgres of this run. */
    auditlanePostgresUrl: string;
  }
}

// Each project of the run calls setup, and loads a copy of this module of its own: the one server hangs on globalThis.
interface Shared {
  readonly server: Promise<TestServer>;
  users: number;
}

declare global {
  var auditlaneTestPostgres: Shared | undefined;
}

async function startShared(): Promise<TestServer> {
  await sweepDeadRuns();
  const runDir = makeRunDir().path;
  // Let through but not shown to others: some tests run a server as another user in a folder below.
  await chmod(runDir, 0o711);
  process.env[RUN_DIR_VARIABLE] = runDir;
  const server = await startTestPostgres();
  // Nothing has been stored yet: what every private Postgres of the run starts on.
  await server.halt();
  process.env[NEW_CLUSTER_VARIABLE] = (await server.copyData()).path;
  await server.restart();
  return server;
}

/** vitest calls it once for each project that has tests to run: one Postgres for the whole run. */
export async function setup(project: TestProject): Promise<void> {
  const shared = (globalThis.auditlaneTestPostgres ??= { server: startShared(), users: 0 });
  shared.users += 1;
  const server = await shared.server;
  project.provide('auditlanePostgresUrl', server.url);
}

/** The last project to end stops the server. */
export async function teardown(): Promise<void> {
  const shared = globalThis.auditlaneTestPostgres;
  if (shared === undefined) return;
  shared.users -= 1;
  if (shared.users > 0) return;
  globalThis.auditlaneTestPostgres = undefined;
  await (await shared.server).stop();
}
