#!/usr/bin/env node
// npx auditlane <command>: the command line of a checkout. `npm install` links it as node_modules/.bin/auditlane.
//
// Runs on any Node >= 18 and hands over to apps/cli on the project's own Node. It never installs anything and reaches no
// network: an operator's tool must answer when the registry does not.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BootstrapError } from './bootstrap/bootstrap-error.mjs';
import { handOver } from './bootstrap/hand-over.mjs';
import { isInstalled } from './bootstrap/install.mjs';
import { findNode } from './bootstrap/node-binary.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

try {
  if (!isInstalled(ROOT)) {
    throw new BootstrapError(`the dependencies in ${ROOT} are missing or of another release: run npm install there`);
  }
  process.exitCode = await handOver({
    node: findNode(ROOT),
    nodeArgs: [],
    root: ROOT,
    // A path that somebody types is meant from where they stand.
    cwd: process.cwd(),
    entry: join(ROOT, 'apps/cli/src/main.ts'),
    args: process.argv.slice(2),
  });
} catch (error) {
  if (!(error instanceof BootstrapError)) throw error;
  process.stderr.write(`auditlane: ${error.message}\n`);
  process.exitCode = error.exitCode;
}
