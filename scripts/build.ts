// npm run build: the client as a tarball that any Node application can install. All else runs from source.
import { execFileSync, type ExecFileSyncOptions } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import * as z from 'zod';
import { WORKSPACE_DIR } from '@auditlane/runtime';
import { PNPM_VERSION } from './bootstrap/pnpm.mjs';

const CLIENT = join(WORKSPACE_DIR, 'packages', 'audit-client');
const OUTPUT = join(WORKSPACE_DIR, 'dist');

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(join(CLIENT, 'package.json'), 'utf8')));
const tools = [join(CLIENT, 'node_modules', '.bin'), process.env['PATH']].join(delimiter);
const options: ExecFileSyncOptions = {
  cwd: CLIENT,
  env: { ...process.env, PATH: tools },
  stdio: ['ignore', 'ignore', 'inherit'],
};

mkdirSync(OUTPUT, { recursive: true });
execFileSync(join(CLIENT, 'node_modules', '.bin', 'tsdown'), ['--logLevel', 'error'], options);
// pnpm, since npm does not put `publishConfig` in place and would pack an entry that is not in the tarball.
execFileSync('npx', ['--yes', `pnpm@${PNPM_VERSION}`, 'pack', '--pack-destination', OUTPUT], options);

const tarball = join(OUTPUT, `auditlane-audit-client-${version}.tgz`);
process.stdout.write(`auditlane: built ${tarball}\n\n  In your application: npm install ${tarball}\n`);
