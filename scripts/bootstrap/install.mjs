import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BootstrapError } from './bootstrap-error.mjs';
import { linkCommand } from './command-link.mjs';
import { tryLock } from './lock.mjs';
import { installedNode, needsInstalledNode } from './node-binary.mjs';
import { discardNpmTree, writeNpmView } from './npm-view.mjs';
import { PNPM_VERSION, runPnpm } from './pnpm.mjs';

/** Folders whose members are workspace packages, as in pnpm-workspace.yaml; `.` is the folder itself. */
const WORKSPACE = ['apps/*', 'packages/*', 'examples/*', 'bench', 'scripts'];
const POLL_MS = 200;

/**
 * Makes node_modules match the lockfile. Costs a few milliseconds when it does already.
 * Two at once in one checkout: the second waits, then finds nothing left to do.
 * @param {string} root
 */
export async function ensureInstalled(root) {
  if (!isInstalled(root)) await installAlone(root);
  linkCommand(root);
}

/** @param {string} root */
async function installAlone(root) {
  const release = await lockInstall(root);
  try {
    if (!isInstalled(root)) await install(root);
  } finally {
    release();
  }
}

/**
 * The root's postinstall. The first `npm install` has just written a node_modules of its own making, which lacks the
 * workspace packages: pnpm puts the right one in its place. A later one changed nothing and costs next to nothing here.
 * Under pnpm itself there is nothing to do.
 * @param {string} root
 */
export async function installForNpm(root) {
  if ((process.env.npm_config_user_agent ?? '').startsWith('pnpm/')) return;
  await ensureInstalled(root);
  // npm has written its own view in place of ours, which the next cache folder in node_modules would outdate.
  writeNpmView(root);
}

/** @param {string} root */
async function install(root) {
  const startedAt = Date.now();
  process.stderr.write('auditlane: installing dependencies (the first time takes about half a minute)\n');
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  // Without a stamp until it is done: an install cut short is made again.
  rmSync(stampPath(root), { force: true });
  discardNpmTree(root);
  await runPnpm(root);
  writeFileSync(stampPath(root), stampOf(root));
  writeNpmView(root);
  if (!isInstalled(root)) {
    throw new BootstrapError('the installation is incomplete; remove node_modules and run the command again');
  }
  process.stderr.write(`auditlane: dependencies installed in ${((Date.now() - startedAt) / 1000).toFixed(1)} s\n`);
}

/** Whether node_modules matches the lockfile. @param {string} root */
export function isInstalled(root) {
  try {
    if (readFileSync(stampPath(root), 'utf8') !== stampOf(root)) return false;
  } catch {
    return false;
  }
  if (needsInstalledNode() && installedNode(root) === null) return false;
  return [root, ...workspaceFolders(root)].every(hasDependencies);
}

/** @param {string} root @returns {string[]} */
function workspaceFolders(root) {
  const folders = WORKSPACE.flatMap((pattern) => {
    if (!pattern.endsWith('/*')) return [join(root, pattern)];
    const parent = join(root, pattern.slice(0, -2));
    return existsSync(parent) ? readdirSync(parent).map((name) => join(parent, name)) : [];
  });
  return folders.filter((folder) => existsSync(join(folder, 'package.json')));
}

/**
 * Whether each dependency is there: npm, and people, remove what they do not know.
 * @param {string} folder
 */
function hasDependencies(folder) {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const names = Object.keys({ ...dependencies, ...devDependencies });
  return names.every((name) => existsSync(join(folder, 'node_modules', name)));
}

/** @param {string} root */
function stampPath(root) {
  return join(root, 'node_modules', '.auditlane-stamp');
}

/** What an installation depends on. @param {string} root */
function stampOf(root) {
  const hash = createHash('sha256');
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml']) hash.update(readFileSync(join(root, file)));
  return hash.update([PNPM_VERSION, process.platform, process.arch].join(' ')).digest('hex');
}

/** @param {string} root @returns {Promise<() => void>} */
async function lockInstall(root) {
  let isAnnounced = false;
  for (;;) {
    const lock = tryLock(join(root, '.install.lock'));
    if (lock.kind === 'held') return lock.release;
    if (!isAnnounced) process.stderr.write(`auditlane: waiting for the installation by process ${lock.pid}\n`);
    isAnnounced = true;
    await sleep(POLL_MS);
  }
}
