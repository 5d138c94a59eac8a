import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT } from '@auditlane/runtime';
import * as z from 'zod';
import { findFleet } from './claim-data-dir.ts';
import { runPm2 } from './pm2-cli.ts';
import { toPm2Home } from './pm2-home.ts';
import { openProcessLogs, toLastWords, type FatalRecord, type ProcessLogs } from './process-logs.ts';
import { endProcess } from './process-table.ts';
import { StartError } from './start-error.ts';

const GONE_MS = 15_000;
const READ_LOGS_EVERY_MS = 250;
/** Asking PM2 costs half a second of CPU, which the processes that start need themselves. */
const LOGS_PER_LOOK = 12;
/** A process that ended this often while it should have become ready will not become so by itself. */
const HOPELESS_RESTARTS = 3;

const Listed = z.object({
  name: z.string(),
  pm2_env: z.object({ status: z.string(), restart_time: z.number(), exit_code: z.number().optional() }),
});
type Listed = Readonly<z.output<typeof Listed>>;

/** The processes under PM2. */
export interface Fleet {
  /** Starts all of ecosystem.config.js and waits until each is ready, or until PM2 has lost patience with one. */
  start(env: Readonly<Record<string, string>>): Promise<void>;
  /**
   * Looks until the signal comes and says which process has ended and why; rejects when one ends again and again, or
   * for its configuration.
   */
  watchStart(signal: AbortSignal): Promise<never>;
  /** Drains and ends the processes and the daemon; whatever is left after its deadline is killed. */
  stop(): Promise<void>;
  /** The last lines that each process has written in this run. */
  logTails(): string;
}

/** Makes the fleet of a data folder; its daemon is warmed up at once, while the servers start. */
export function createFleet(dataDir: string, say: (line: string) => void): Fleet {
  const home = toPm2Home(dataDir);
  const logs = openProcessLogs(home);
  const daemon = runPm2({ home, args: ['ping'] });
  const stopping = new AbortController();
  return {
    start: async (env) => {
      await daemon;
      const result = await runPm2({ home, args: ['start', 'ecosystem.config.js'], env, signal: stopping.signal });
      if (result.code !== 0) throw new StartError(`PM2 could not start the processes:\n${result.output}`);
    },
    watchStart: async (signal) => {
      const ending = AbortSignal.any([signal, stopping.signal]);
      for (let count = 1; ; count += 1) {
        await sleep(READ_LOGS_EVERY_MS, undefined, { signal: ending });
        tellEnded(logs, say);
        if (count % LOGS_PER_LOOK === 0) await throwIfHopeless(home);
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
    logTails: logs.tails,
  };
}

/** A process that ends itself says why in its last record. Throws when no restart will mend it. */
function tellEnded(logs: ProcessLogs, say: (line: string) => void): void {
  for (const fatal of logs.newFatals()) {
    throwIfMisconfigured(fatal);
    say(`${fatal.name} has ended and is started again: ${toLastWords(fatal)}`);
  }
}

function throwIfMisconfigured(fatal: FatalRecord): void {
  if (fatal.faults === undefined) return;
  throw new StartError(`${fatal.name} does not start: ${toLastWords(fatal)}`, { exitCode: EXIT.config });
}

async function throwIfHopeless(home: string): Promise<void> {
  const { output } = await runPm2({ home, args: ['jlist'] });
  const hopeless = parseList(output).find(isHopeless);
  if (hopeless === undefined) return;
  const { name, pm2_env } = hopeless;
  throw new StartError(`${name} does not start (exit status ${pm2_env.exit_code ?? 'unknown'}); the last it said:`);
}

/** PM2 calls a process that it does not restart, for its exit status, "waiting restart" all the same. */
export function isHopeless({ pm2_env: { status, restart_time, exit_code } }: Listed): boolean {
  return status === 'errored' || status === 'stopped' || exit_code === EXIT.config || restart_time >= HOPELESS_RESTARTS;
}

/** The daemon may say something before the list. */
function parseList(output: string): readonly Listed[] {
  try {
    return z.array(Listed).parse(JSON.parse(output.slice(output.lastIndexOf('\n[') + 1)));
  } catch {
    return [];
  }
}
