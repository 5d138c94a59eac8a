import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findFleet } from './claim-data-dir.ts';
import { runPm2 } from './pm2-cli.ts';
import { toPm2Home } from './pm2-home.ts';
import { endProcess } from './process-table.ts';
import { StartError } from './start-error.ts';

const LOG_TAIL_LINES = 12;
const GONE_MS = 15_000;

/** The processes under PM2. */
export interface Fleet {
  /** Starts all of ecosystem.config.js and waits until each is ready. Fails with what a process said last. */
  start(env: Readonly<Record<string, string>>): Promise<void>;
  /** Drains and ends the processes and the daemon; whatever is left after its deadline is killed. */
  stop(): Promise<void>;
}

/** Makes the fleet of a data folder; its daemon is warmed up at once, while the servers start. */
export function createFleet(dataDir: string): Fleet {
  const home = toPm2Home(dataDir);
  const daemon = runPm2({ home, args: ['ping'] });
  return {
    start: async (env) => {
      await daemon;
      const result = await runPm2({ home, args: ['start', 'ecosystem.config.js'], env });
      if (result.code !== 0) throw new StartError(`PM2 could not start the processes:\n${result.output}`);
    },
    stop: async () => {
      await daemon.catch(() => undefined);
      const fleet = findFleet(dataDir);
      await runPm2({ home, args: ['kill'] });
      await Promise.all(fleet.map((known) => endProcess(known, ['SIGTERM', 'SIGKILL'], GONE_MS)));
    },
  };
}

/** The last log lines of each process, for a message about a start that failed. */
export function readLogTails(dataDir: string): string {
  const folder = join(toPm2Home(dataDir), 'logs');
  if (!existsSync(folder)) return '';
  return readdirSync(folder)
    .filter((file) => file.endsWith('.log'))
    .map((file) => ({ file, tail: readFileSync(join(folder, file), 'utf8').trim().split('\n').slice(-LOG_TAIL_LINES) }))
    .filter(({ tail }) => tail.join('') !== '')
    .map(({ file, tail }) => `--- ${join(folder, file)}\n${tail.join('\n')}`)
    .join('\n');
}
