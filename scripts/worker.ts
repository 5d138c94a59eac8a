// npm run worker: one worker in the foreground, beside a running stack or on the servers that the environment names.
// The bootstrap starts it under the options of apps/worker/node-args.json.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { readDataDir } from './start/settings.ts';

const USAGE = `usage: npm run worker

One worker in this terminal, beside those that run: on the servers that REDIS_URL and DATABASE_URL name, else on those of the
npm start of this checkout. It takes no arguments; docs/configuration.md has its settings. Ctrl-C drains it.
`;

const args = process.argv.slice(2);
if (args.length === 0) {
  nameServers();
  await import('../apps/worker/src/main.ts');
} else if (args.includes('--help') || args.includes('-h')) {
  process.stdout.write(USAGE);
} else {
  process.stderr.write(`auditlane: npm run worker takes no arguments, not "${args.join(' ')}"\n${USAGE}`);
  process.exitCode = 2;
}

function nameServers(): void {
  const path = join(readDataDir(), 'env');
  if ((process.env['REDIS_URL'] ?? '') !== '') return;
  if (existsSync(path)) {
    const { REDIS_URL, DATABASE_URL } = parseEnv(readFileSync(path, 'utf8'));
    Object.assign(process.env, { REDIS_URL, DATABASE_URL });
  } else {
    process.stderr.write(
      'auditlane: no stack runs here (npm start) and REDIS_URL is not set: trying the servers at their default ports\n',
    );
  }
}
