import { join } from 'node:path';

/** Each data folder has a PM2 of its own: an old daemon, of another Node or another stack, is never used by mistake. */
export function toPm2Home(dataDir: string): string {
  return join(dataDir, 'pm2');
}
