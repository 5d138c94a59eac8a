import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { BootstrapError } from './bootstrap-error.mjs';

/** One Ctrl-C reaches us twice: from the terminal and again from npm. Within this time it counts as one. */
const SAME_SIGNAL_MS = 500;

/**
 * Runs the entry and resolves with the exit status to end with.
 *
 * The child has a process group of its own, so that a Ctrl-C in the terminal reaches it once, through us, and
 * not a second time, which would mean "stop draining, exit at once".
 * @param {{ node: string, nodeArgs: string[], root: string, cwd?: string, entry: string, args: string[] }} target
 *   `cwd`: where it runs, by default the root
 * @returns {Promise<number>}
 */
export function handOver({ node, nodeArgs, root, cwd = root, entry, args }) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, [...nodeArgs, entry, ...args], {
      cwd,
      detached: true,
      stdio: 'inherit',
      env: {
        ...process.env,
        PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
        // Every process that runs our TypeScript starts faster, and smaller, from code compiled before.
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(root, 'node_modules', '.cache', 'compile'),
        AUDITLANE_BOOTSTRAP_PID: String(process.pid),
        AUDITLANE_STARTED_AT: String(Math.round(performance.timeOrigin)),
      },
    });
    forwardSignals(child);
    child.once('error', (error) => reject(new BootstrapError(`could not run ${node}: ${error.message}`)));
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}

/** @param {import('node:child_process').ChildProcess} child */
function forwardSignals(child) {
  let lastAt = 0;
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      const now = Date.now();
      if (now - lastAt > SAME_SIGNAL_MS) child.kill(signal);
      lastAt = now;
    });
  }
}
