// npm run pm2 -- list | scale audit-worker +2 | reload audit-worker | logs audit-worker: PM2 of the running stack.
import { EXIT, type ExitCode } from '@auditlane/runtime';
import { findFleet } from './start/claim-data-dir.ts';
import { showPm2 } from './start/pm2-cli.ts';
import { toPm2Home } from './start/pm2-home.ts';
import { readDataDir } from './start/settings.ts';

async function main(args: readonly string[]): Promise<number> {
  const dataDir = readDataDir();
  // Without a daemon PM2 would start one, which nobody would stop.
  if (!findFleet(dataDir).some(({ name }) => name === 'pm2'))
    return fail(`no stack runs on ${dataDir}: npm start`, EXIT.failed);
  if (args.length === 0)
    return fail(
      'usage: npm run pm2 -- list | scale audit-worker +2 | reload audit-worker | logs audit-worker',
      EXIT.usage,
    );
  return showPm2({ home: toPm2Home(dataDir), args });
}

function fail(message: string, code: ExitCode): ExitCode {
  process.stderr.write(`auditlane: ${message}\n`);
  return code;
}

process.exitCode = await main(process.argv.slice(2));
