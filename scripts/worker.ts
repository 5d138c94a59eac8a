// npm run worker: one worker in the foreground, beside a running stack or on the servers that the environment names.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import nodeArgs from '../apps/worker/node-args.json' with { type: 'json' };
import { readDataDir } from './start/settings.ts';

const MAIN = join(import.meta.dirname, '../apps/worker/src/main.ts');
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const path = join(readDataDir(), 'env');
if ((process.env['REDIS_URL'] ?? '') === '') {
  if (existsSync(path)) {
    for (const [name, value] of Object.entries(parseEnv(readFileSync(path, 'utf8')))) process.env[name] ??= value;
  } else {
    process.stderr.write(
      'auditlane: no stack runs here (npm start) and REDIS_URL is not set: trying the servers at their default ports\n',
    );
  }
}
// A process of its own, since the bounds of its memory are options of Node.
const worker = spawn(process.execPath, [...nodeArgs, MAIN], { stdio: 'inherit' });
for (const signal of SIGNALS) process.on(signal, () => worker.kill(signal));
worker.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
