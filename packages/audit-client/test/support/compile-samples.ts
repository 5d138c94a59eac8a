import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

/**
 * Compiles the samples of a folder, given as a pattern below it, with the settings of the repository; answers what the
 * compiler says, '' when it says nothing. The folder lies inside the package, so that imports resolve.
 */
export function compileSamples(folder: string, pattern: string): string {
  const compilerOptions = { noUnusedLocals: false, types: ['node'], typeRoots: [join(ROOT, 'node_modules', '@types')] };
  const project = join(folder, `tsconfig.${pattern.replaceAll(/\W/g, '_')}.json`);
  writeFileSync(
    project,
    JSON.stringify({ extends: join(ROOT, 'tsconfig.base.json'), compilerOptions, include: [pattern] }),
  );
  const { error, status, stdout } = spawnSync(join(ROOT, 'node_modules', '.bin', 'tsc'), ['-p', project], {
    encoding: 'utf8',
  });
  if (error !== undefined) throw error;
  return status === 0 ? stdout : `${stdout}\nthe compiler ended with ${status}`;
}
