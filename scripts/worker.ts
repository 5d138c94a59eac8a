// npm run worker: one worker in the foreground, beside a running stack or on the servers that the environment names.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { readDataDir } from './start/settings.ts';

const path = join(readDataDir(), 'env');
if ((process.env['REDIS_URL'] ?? '') === '' && existsSync(path)) {
  for (const [name, value] of Object.entries(parseEnv(readFileSync(path, 'utf8')))) process.env[name] ??= value;
}
await import('../apps/worker/src/main.ts');
