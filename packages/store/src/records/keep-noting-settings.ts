import { setTimeout as sleep } from 'node:timers/promises';

import type { Pool } from 'pg';

import { type NotedSettings, noteSettings } from './observations.ts';

export interface NotingOptions {
  /** Which kind of process: its settings are compared with those of the last one of its kind. */
  readonly process: string;
  readonly settings: NotedSettings;
  /** Ends the attempts. */
  readonly signal: AbortSignal;
  /** Told of each failed attempt. */
  readonly onError: (error: unknown) => void;
  /** Default 10 s. */
  readonly retryMs?: number;
}

/**
 * Notes the settings that a process has started with, again and again until Postgres has them; see `noteSettings`. Answers the names
 * that have changed, none when the signal came first. Never rejects, and does not keep the process alive.
 */
export async function keepNotingSettings(pool: Pool, options: NotingOptions): Promise<readonly string[]> {
  const { process, settings, signal, onError, retryMs = 10_000 } = options;
  while (!signal.aborted) {
    try {
      return await noteSettings(pool, process, settings);
    } catch (error) {
      onError(error);
    }
    await sleep(retryMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
  return [];
}
