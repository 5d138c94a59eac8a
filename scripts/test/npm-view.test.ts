import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeNpmView } from '../bootstrap/npm-view.mjs';
import { makeTempDir } from './temp-dir.ts';

/** A root as pnpm leaves it: its one dependency is a link, and has a development dependency that nobody installed. */
function createPnpmTree(root: string): void {
  const target = join(root, 'node_modules', '.pnpm', 'one');
  mkdirSync(target, { recursive: true });
  const one = { name: 'one', version: '1.0.0', devDependencies: { 'auditlane-of-nowhere': '1.0.0' } };
  writeFileSync(join(target, 'package.json'), JSON.stringify(one));
  symlinkSync(target, join(root, 'node_modules', 'one'));
  const manifest = { name: 'root', version: '1.0.0', dependencies: { one: '1.0.0' } };
  writeFileSync(join(root, 'package.json'), JSON.stringify(manifest));
}

it('npm install finds nothing to do after a tool has put a cache folder into node_modules', () => {
  const root = makeTempDir();
  createPnpmTree(root);
  writeNpmView(root);
  const later = new Date(Date.now() + 60_000);
  utimesSync(join(root, 'node_modules'), later, later);
  const output = execFileSync('npm', ['install', '--offline', '--no-package-lock', '--loglevel', 'notice'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  expect(output).toContain('up to date');
});
