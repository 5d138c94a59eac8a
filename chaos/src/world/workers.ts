import { resolve } from 'node:path';
import { makeRunDir, spawnProcess, type SpawnedProcess } from '@auditlane/testkit/harness';
import nodeArgs from '../../../apps/worker/node-args.json' with { type: 'json' };

const MAIN = resolve(import.meta.dirname, '../../../apps/worker/src/main.ts');
/** Long enough that a busy machine keeps it, short enough that a run waits for its end. */
export const LEASE_MS = 1500;

let compileCache: string | undefined;

/** A module of preloads/ that brings a defect into a worker. */
export type Preload = 'block-loop' | 'exhaust-heap' | 'reject-unhandled' | 'die-of-pill';

function toPath(name: Preload): string {
  return resolve(import.meta.dirname, `../preloads/${name}.ts`);
}

/** Starts a real worker; it is not waited for. `preloads` are modules that it loads before itself. */
export function startWorkerProcess(
  env: Readonly<Record<string, string>>,
  o: { readonly preloads?: readonly Preload[]; readonly nodeArgs?: readonly string[] } = {},
): SpawnedProcess {
  compileCache ??= makeRunDir().path;
  return spawnProcess(MAIN, {
    hasIpc: true,
    nodeArgs: [...nodeArgs, ...(o.nodeArgs ?? []), ...(o.preloads ?? []).flatMap((name) => ['--import', toPath(name)])],
    env: { NODE_COMPILE_CACHE: compileCache, AUDIT_LEASE_MS: String(LEASE_MS), ...env },
  });
}

/** Whether the process has not ended. */
export function isRunning({ child }: SpawnedProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}
