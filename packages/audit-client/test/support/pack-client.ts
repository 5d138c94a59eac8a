import { execFileSync, type ExecFileSyncOptionsWithStringEncoding } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
/** The version that the workspace is installed with; see `scripts/bootstrap.mjs`. */
const PNPM = 'pnpm@12.21.0';

const BIN = join(PACKAGE, 'node_modules', '.bin');
const OPTIONS: ExecFileSyncOptionsWithStringEncoding = {
  cwd: PACKAGE,
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'pipe'],
  env: { ...process.env, PATH: `${BIN}${delimiter}${process.env['PATH'] ?? ''}` },
};

/** Builds the package. */
export function buildClient(): void {
  execFileSync('tsdown', ['--logLevel', 'error'], OPTIONS);
}

/** Packs what would be published into `folder`; gives the tarball's path. */
export function packClient(folder: string): string {
  execFileSync('npx', ['--yes', PNPM, 'pack', '--pack-destination', folder], OPTIONS);
  const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  return join(folder, tarball);
}

/** What publint and attw say of a tarball; throws when one of them has an objection. */
export function checkTarball(tarball: string): string {
  const publint = execFileSync('publint', ['run', tarball, '--strict'], OPTIONS);
  // The old resolution of Node 10 knows no `exports`, and no Node that the client runs on uses it.
  const attw = execFileSync('attw', [tarball, '--profile', 'node16'], OPTIONS);
  return publint + attw;
}
