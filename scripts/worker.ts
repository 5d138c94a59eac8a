// npm run worker: one worker in the foreground, beside a running stack or on the servers that the environment names.
// The bootstrap starts it under the options of apps/worker/node-args.json.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { readDataDir } from './start/settings.ts';

const path = join(readDataDir(), 'env');
if ((process.env['REDIS_URL'] ?? '') === '') {
  if (existsSync(path)) {
    const { REDIS_URL, DATABASE_URL } = parseEnv(readFileSync(path, 'utf8'));
    Object.assign(process.env, { REDIS_URL, DATABASE_URL });
  } else {
    process.stderr.write(
      'auditlane: no stack runs here (npm start) and REDIS_URL is not set: trying the servers at their default ports\n',
    );
  }
}
await import('../apps/worker/src/main.ts');
