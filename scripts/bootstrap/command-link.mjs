// `npx auditlane` looks into node_modules/.bin first. A `bin` in the root's package.json would be the usual way, but then
// npx installs the checkout into its cache before each first run, which takes the network and fails in npm 11.
import { lstatSync, mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

const TARGET = join('..', '..', 'scripts', 'auditlane.mjs');

/**
 * Makes `npx auditlane` find this checkout. Costs nothing when it does already.
 * @param {string} root
 */
export function linkCommand(root) {
  const link = toLinkPath(root);
  if (hasCommandLink(root)) return;
  mkdirSync(join(link, '..'), { recursive: true });
  const draft = `${link}.${process.pid}.new`;
  rmSync(draft, { force: true });
  symlinkSync(TARGET, draft);
  renameSync(draft, link);
}

/** @param {string} root */
export function hasCommandLink(root) {
  try {
    const link = toLinkPath(root);
    return lstatSync(link).isSymbolicLink() && readlinkSync(link) === TARGET;
  } catch {
    return false;
  }
}

/** @param {string} root */
function toLinkPath(root) {
  return join(root, 'node_modules', '.bin', 'auditlane');
}
