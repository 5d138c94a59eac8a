import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { BootstrapError } from './bootstrap-error.mjs';

/** Pinned here and not in package.json: a packageManager field makes this pnpm look for binaries that npm lacks. */
export const PNPM_VERSION = '12.21.0';

const PROGRESS_EVERY_MS = 1000;
const TAIL_LINES = 30;
const NETWORK_ERROR =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|dns error|ERR_SOCKET_TIMEOUT|ERR_PNPM_META_FETCH_FAIL)\b/;

/** Settings of a surrounding npm or shell that would leave out what the workspace needs. */
const WITHHELD =
  /^(node_env|npm_config_(omit|include|only|production|dev|optional|dry_run|global|location|ignore_scripts|workspaces?|package_lock_only|prefix))$/i;

/**
 * Installs the workspace from the lockfile.
 * @param {string} root
 * @throws {BootstrapError} with one line when the registry cannot be reached, else with the last lines of output
 */
export async function runPnpm(root) {
  const child = spawn(
    'npx',
    ['--yes', `pnpm@${PNPM_VERSION}`, 'install', '--frozen-lockfile', '--prefer-offline', '--reporter=append-only'],
    { cwd: root, env: installEnv(), stdio: ['ignore', 'pipe', 'pipe'] },
  );
  /** @type {string[]} */
  const output = [];
  const show = createProgress();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      output.push(line);
      show(line);
    });
  }
  const status = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  if (status === 0) return;
  throw toError(status, output);
}

/** @param {number | string} status @param {string[]} output */
function toError(status, output) {
  const network = output.join('\n').match(NETWORK_ERROR)?.[0];
  if (network !== undefined) {
    return new BootstrapError(
      `no connection to the npm registry (${network}): dependencies are missing and cannot be fetched; ` +
        'connect this machine, or set a reachable registry by npm_config_registry, and run the command again',
    );
  }
  return new BootstrapError(
    `pnpm ${PNPM_VERSION} could not install the dependencies (${status}):\n${output.slice(-TAIL_LINES).join('\n')}`,
  );
}

/** @returns {NodeJS.ProcessEnv} */
function installEnv() {
  const kept = Object.entries(process.env).filter(([name]) => !WITHHELD.test(name));
  // CI: without a terminal pnpm would otherwise stop to ask whether it may replace a foreign node_modules.
  // prefer_offline: what npm has cached is good enough, and without a network it would retry for a minute first.
  // The retry times make a missing network known within half a minute, and still outlive a hiccup.
  const network = { npm_config_prefer_offline: 'true', npm_config_fetch_retry_maxtimeout: '10000' };
  return { ...Object.fromEntries(kept), CI: '1', ...network };
}

/** Shows that something happens, without a screenful a second. */
function createProgress() {
  let lastAt = 0;
  /** @param {string} line */
  return (line) => {
    const isDue = Date.now() - lastAt >= PROGRESS_EVERY_MS;
    if (!/^(Progress|✓|Lockfile|Verifying|Packages)/.test(line) || !isDue) return;
    lastAt = Date.now();
    process.stderr.write(`auditlane: ${line}\n`);
  };
}
