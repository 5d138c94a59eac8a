import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { findFleet } from './claim-data-dir.ts';
import { runPm2 } from './pm2-cli.ts';
import { toPm2Home } from './pm2-home.ts';
import { endProcess } from './process-table.ts';
import { StartError } from './start-error.ts';

const LOG_TAIL_LINES = 12;
const GONE_MS = 15_000;
const LOOK_EVERY_MS = 3000;
/** A process that ended this often while it should have become ready will not become so by itself. */
const HOPELESS_RESTARTS = 3;

const Listed = z.object({
  name: z.string(),
  pm2_env: z.object({ status: z.string(), restart_time: z.number(), exit_code: z.number().optional() }),
});

/** The processes under PM2. */
export interface Fleet {
  /** Starts all of ecosystem.config.js and waits until each is ready, or until PM2 has lost patience with one. */
  start(env: Readonly<Record<string, string>>): Promise<void>;
  /** Looks until the signal comes; rejects when a process ends again and again, or with exit status 78. */
  watchStart(signal: AbortSignal): Promise<never>;
  /** Drains and ends the processes and the daemon; whatever is left after its deadline is killed. */
  stop(): Promise<void>;
}

/** Makes the fleet of a data folder; its daemon is warmed up at once, while the servers start. */
export function createFleet(dataDir: string): Fleet {
  const home = toPm2Home(dataDir);
  const daemon = runPm2({ home, args: ['ping'] });
  const stopping = new AbortController();
  return {
    start: async (env) => {
      await daemon;
      const result = await runPm2({ home, args: ['start', 'ecosystem.config.js'], env, signal: stopping.signal });
      if (result.code !== 0) throw new StartError(`PM2 could not start the processes:\n${result.output}`);
    },
    watchStart: async (signal) => {
      for (;;) {
        await sleep(LOOK_EVERY_MS, undefined, { signal: AbortSignal.any([signal, stopping.signal]) });
        await throwIfHopeless(home);
      }
    },
    stop: async () => {
      // A start under way is cut off first, or it would go on starting what is being stopped.
      stopping.abort();
      await daemon.catch(() => undefined);
      const fleet = findFleet(dataDir);
      await runPm2({ home, args: ['kill'] });
      await Promise.all(fleet.map((known) => endProcess(known, ['SIGTERM', 'SIGKILL'], GONE_MS)));
    },
  };
}

async function throwIfHopeless(home: string): Promise<void> {
  const { output } = await runPm2({ home, args: ['jlist'] });
  const listed = parseList(output);
  const hopeless = listed.find(
    ({ pm2_env: { status, restart_time } }) =>
      status === 'errored' || status === 'stopped' || restart_time >= HOPELESS_RESTARTS,
  );
  if (hopeless === undefined) return;
  const { name, pm2_env } = hopeless;
  throw new StartError(`${name} does not start (exit status ${pm2_env.exit_code ?? 'unknown'}); the last it said:`);
}

/** The daemon may say something before the list. */
function parseList(output: string): readonly z.output<typeof Listed>[] {
  try {
    return z.array(Listed).parse(JSON.parse(output.slice(output.lastIndexOf('\n[') + 1)));
  } catch {
    return [];
  }
}

/** The last log lines of each process that has written since this one began, for a message about a start that failed. */
export function readLogTails(dataDir: string): string {
  const folder = join(toPm2Home(dataDir), 'logs');
  if (!existsSync(folder)) return '';
  return readdirSync(folder)
    .filter((file) => file.endsWith('.log') && statSync(join(folder, file)).mtimeMs > performance.timeOrigin)
    .map((file) => ({ file, tail: readFileSync(join(folder, file), 'utf8').trim().split('\n').slice(-LOG_TAIL_LINES) }))
    .filter(({ tail }) => tail.join('') !== '')
    .map(({ file, tail }) => `--- ${join(folder, file)}\n${tail.join('\n')}`)
    .join('\n');
}
