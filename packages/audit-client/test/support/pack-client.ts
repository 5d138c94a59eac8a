import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
/** The version that the workspace is installed with; see `scripts/bootstrap.mjs`. */
const PNPM = 'pnpm@12.21.0';

function run(program: string, args: readonly string[]): string {
  return execFileSync(program, args, { cwd: PACKAGE, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Builds the package. */
export function buildClient(): void {
  run(join(PACKAGE, 'node_modules', '.bin', 'tsdown'), ['--logLevel', 'error']);
}

/** Packs what would be published into `folder`; gives the tarball's path. */
export function packClient(folder: string): string {
  run('npx', ['--yes', PNPM, 'pack', '--pack-destination', folder]);
  const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  return join(folder, tarball);
}

/** What publint and attw say of a tarball; throws when one of them has an objection. */
export function checkTarball(tarball: string): string {
  const bin = join(PACKAGE, 'node_modules', '.bin');
  // The old resolution of Node 10 knows no `exports`, and no Node that the client runs on uses it.
  return (
    run(join(bin, 'publint'), ['run', tarball, '--strict']) + run(join(bin, 'attw'), [tarball, '--profile', 'node16'])
  );
}
