// The processes of Auditlane for PM2. `npm start` uses this file with a PM2 of its own (AUDIT_DATA_DIR/pm2); with one of
// yours, `pm2 start ecosystem.config.js` reads the same `.env` and environment. PM2 reads the named export `apps`.
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

const MIN_WORKERS = 2;
const MAX_WORKERS = 4;
const REQUIRED_NODE = 24;

if (Number(process.versions.node.split('.')[0]) < REQUIRED_NODE) {
  // Cluster processes run on the Node of PM2's daemon, so that no `interpreter` could help them.
  throw new Error(
    `Auditlane needs a PM2 that runs on Node ${REQUIRED_NODE} or newer, this is ${process.version}: ` +
      'use `npm run pm2`, or `npx pm2` in this folder with a PM2_HOME of its own',
  );
}

const envFile = new URL('.env', import.meta.url);
const settings = { ...(existsSync(envFile) ? parseEnv(readFileSync(envFile, 'utf8')) : {}), ...process.env };
const workers = Number(settings.AUDIT_WORKERS) || Math.min(MAX_WORKERS, Math.max(MIN_WORKERS, availableParallelism()));

/**
 * This Node, by a path without "@": PM2 takes what follows one for a version and asks nvm to install it.
 * Left out, the interpreter of .ts files would be bun where bun is installed.
 */
function findInterpreter() {
  const link = join(import.meta.dirname, 'node_modules', '.bin', 'node');
  const isSame = existsSync(link) && realpathSync(link) === realpathSync(process.execPath);
  const paths = isSame ? [link, process.execPath] : [process.execPath];
  return paths.find((path) => !path.includes('@')) ?? 'node';
}

const common = {
  cwd: import.meta.dirname,
  interpreter: findInterpreter(),
  wait_ready: true,
  listen_timeout: 30_000,
  // Above the drain deadline of 12 s: PM2 would otherwise kill a process that is still finishing its batch.
  kill_timeout: 15_000,
  // 78: bad configuration, which a restart does not mend.
  stop_exit_codes: [78],
  exp_backoff_restart_delay: 100,
  merge_logs: true,
  vizion: false,
  pmx: false,
  // Reaches Node at its start: what is set in a running process comes too late for it.
  ...(settings.NODE_OPTIONS ? { env: { NODE_OPTIONS: settings.NODE_OPTIONS } } : {}),
};

export const apps = [
  { ...common, name: 'audit-api', script: 'apps/api/src/main.ts' },
  {
    ...common,
    name: 'audit-worker',
    script: 'apps/worker/src/main.ts',
    // Cluster mode, in which a reload is rolling: a new worker is ready before the old one drains.
    exec_mode: 'cluster',
    instances: workers,
    // Bounds what V8 keeps: a worker stays below 150 MB whatever the backlog.
    node_args: JSON.parse(readFileSync(new URL('apps/worker/node-args.json', import.meta.url), 'utf8')),
  },
  { ...common, name: 'audit-maintenance', script: 'apps/maintenance/src/main.ts' },
];
