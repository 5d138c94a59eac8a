import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { BootstrapError } from './bootstrap-error.mjs';

const REQUIRED_MAJOR = 24;

/**
 * The Node that runs the project: the one installed with it, else the caller's when that is new enough
 * (npm carries a Node binary for Linux with glibc only).
 * @param {string} root
 * @returns {string} absolute path of the binary
 */
export function findNode(root) {
  const installed = installedNode(root);
  if (installed !== null) return installed;
  if (Number(process.versions.node.split('.')[0]) >= REQUIRED_MAJOR) return process.execPath;
  throw new BootstrapError(
    `Node ${REQUIRED_MAJOR} or newer is needed on ${process.platform}-${process.arch}, this is ${process.version}; ` +
      'install it (https://nodejs.org, or your version manager) and run the command again',
  );
}

/** @param {string} root @returns {string | null} */
export function installedNode(root) {
  if (!needsInstalledNode()) return null;
  const binary = join(root, 'node_modules', '.bin', 'node');
  try {
    accessSync(binary, constants.X_OK);
    return binary;
  } catch {
    return null;
  }
}

/** The loader that the npm binary asks for. Where it is missing (musl, other systems), npm has no Node for us. */
const GLIBC_LOADERS = { x64: '/lib64/ld-linux-x86-64.so.2', arm64: '/lib/ld-linux-aarch64.so.1' };

/** Whether this machine is one that npm has the pinned Node for. */
export function needsInstalledNode() {
  const loader = Object.entries(GLIBC_LOADERS).find(([arch]) => arch === process.arch)?.[1];
  return process.platform === 'linux' && loader !== undefined && existsSync(loader);
}
