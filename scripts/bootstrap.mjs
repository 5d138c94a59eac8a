// The door of the repository: plain Node >= 18, no dependencies, so that a bare checkout can run it.
//
//   node scripts/bootstrap.mjs <command> [arguments]
//
// It installs what is missing (pnpm and Node 24 come by npm), then hands over to the TypeScript entry of the
// command on the project's own Node and passes signals and the exit status through.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BootstrapError } from './bootstrap/bootstrap-error.mjs';
import { ensureInstalled, installForNpm } from './bootstrap/install.mjs';
import { findNode } from './bootstrap/node-binary.mjs';
import { handOver } from './bootstrap/hand-over.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The TypeScript entry of each command. */
const ENTRIES = {
  start: 'scripts/start.ts',
  test: 'scripts/test.ts',
  check: 'scripts/check.ts',
  generate: 'scripts/generate.ts',
  pm2: 'scripts/pm2.ts',
  worker: 'scripts/worker.ts',
  demo: 'examples/express-app/demo/main.ts',
  bench: 'bench/src/main.ts',
  load: 'bench/src/load/main.ts',
  chaos: 'chaos/src/main.ts',
  build: 'scripts/build.ts',
};

/** Options of Node that an entry runs under: lists in JSON files. */
const NODE_ARGS = { worker: 'apps/worker/node-args.json' };

/** @param {string | undefined} command @param {string[]} args @returns {Promise<number>} */
async function main(command, args) {
  if (command === 'install') {
    await installForNpm(ROOT);
    return 0;
  }
  const entry = lookUp(ENTRIES, command);
  if (entry === undefined) {
    throw new BootstrapError(`unknown command "${command ?? ''}": use install, ${Object.keys(ENTRIES).join(', ')}`, 2);
  }
  await ensureInstalled(ROOT);
  const argsFile = lookUp(NODE_ARGS, command);
  const nodeArgs = argsFile === undefined ? [] : JSON.parse(readFileSync(join(ROOT, argsFile), 'utf8'));
  return handOver({ node: findNode(ROOT), nodeArgs, root: ROOT, entry: join(ROOT, entry), args });
}

/** @param {Record<string, string>} table @param {string | undefined} command */
function lookUp(table, command) {
  return Object.entries(table).find(([name]) => name === command)?.[1];
}

try {
  process.exitCode = await main(process.argv[2], process.argv.slice(3));
} catch (error) {
  if (!(error instanceof BootstrapError)) throw error;
  process.stderr.write(`auditlane: ${error.message}\n`);
  process.exitCode = error.exitCode;
}
