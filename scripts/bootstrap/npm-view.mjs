// `npm install` in a folder that pnpm has installed walks through all of pnpm's links, tries to resolve the
// development dependencies of every package, and breaks after minutes ("Cannot read properties of null"). npm looks at
// node_modules/.package-lock.json first and believes it while nothing beside it is newer. So we leave one which says
// what npm needs to know: the root's dependencies are there. npm then has nothing to do but to run postinstall (0.5 s).
// They are named as plain folders: for links npm would install the development dependencies of their targets.
// Link targets are named too, or npm finds the file incomplete and distrusts it.
import { readFileSync, readdirSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Any tool's cache folder in node_modules, or a new file in a package, is newer than the moment we write. */
const LATER_THAN_ALL = new Date('2100-01-01');

/** @param {string} root */
export function writeNpmView(root) {
  const modules = join(root, 'node_modules');
  /** @type {Record<string, { version: string }>} */
  const packages = {};
  for (const name of linkedNames(modules)) {
    const target = realpathSync(join(modules, name));
    const { version } = readManifest(target);
    packages[`node_modules/${name}`] = { version };
    packages[relative(root, target)] = { version };
  }
  const { name, version } = readManifest(root);
  const view = { name, version, lockfileVersion: 3, requires: true, packages };
  writeFileSync(viewPath(root), JSON.stringify(view, null, 2));
  utimesSync(viewPath(root), LATER_THAN_ALL, LATER_THAN_ALL);
}

/**
 * npm and pnpm lay node_modules out differently and neither repairs what the other left: start from nothing.
 * @param {string} root
 */
export function discardNpmTree(root) {
  const modules = join(root, 'node_modules');
  const names = readdirSync(modules);
  if (names.length === 0 || names.includes('.modules.yaml')) return;
  for (const name of names) rmSync(join(modules, name), { recursive: true, force: true });
}

/** @param {string} modules @returns {string[]} names of the packages that the root depends on */
function linkedNames(modules) {
  return readdirSync(modules, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isSymbolicLink()) return [entry.name];
    if (!entry.name.startsWith('@')) return [];
    return linkedNames(join(modules, entry.name)).map((name) => `${entry.name}/${name}`);
  });
}

/** @param {string} root */
function viewPath(root) {
  return join(root, 'node_modules', '.package-lock.json');
}

/** @param {string} folder @returns {{ name: string, version: string }} */
function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}
