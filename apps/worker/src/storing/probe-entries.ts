import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

/**
 * Finds entries that kill the process which decodes them, without dying of it.
 *
 * A batch whose holders died several times while decoding is decoded in a child process first. The child answers
 * after each entry; if it dies, or is silent for 10 s, a new child begins at the entry it was at. An entry at which
 * two children died is a crash suspect (one death may be an operator's), and the next child goes on behind it. What
 * the children survive, the worker decodes itself. Costs one child (0.1 s, 60 MB) for a batch that killed workers
 * already, and two more for each suspect.
 */
export interface ProbeResult {
  readonly survivors: readonly Buffer[];
  readonly suspects: readonly Buffer[];
}

/** Rejects when no child could be started at all: that says nothing about the entries. */
export type ProbeEntries = (entries: readonly Buffer[]) => Promise<ProbeResult>;

const CHILD = new URL('./probe-child.ts', import.meta.url);
const SILENCE_MS = 10_000;
const DEATHS_OF_A_SUSPECT = 2;

/** Creates the probe. `child` is the module that runs in the child process; tests pass one that dies on purpose. */
export function createProbe(child: URL = CHILD, silenceMs: number = SILENCE_MS): ProbeEntries {
  return async (entries) => {
    const deaths = new Map<number, number>();
    let from = 0;
    while (from < entries.length) {
      from += await probeFrom(entries.slice(from), child, silenceMs);
      if (from >= entries.length) break;
      const count = (deaths.get(from) ?? 0) + 1;
      deaths.set(from, count);
      if (count === DEATHS_OF_A_SUSPECT) from += 1;
    }
    const isSuspect = (index: number): boolean => deaths.get(index) === DEATHS_OF_A_SUSPECT;
    return {
      survivors: entries.filter((_, index) => !isSuspect(index)),
      suspects: entries.filter((_, index) => isSuspect(index)),
    };
  };
}

/** Answers how many entries one child survived, counted from the first. */
async function probeFrom(entries: readonly Buffer[], child: URL, silenceMs: number): Promise<number> {
  const prober = fork(child, { serialization: 'advanced', stdio: 'ignore' });
  const ended = Promise.withResolvers<void>();
  let answers = 0;
  const timer = setTimeout(() => prober.kill('SIGKILL'), silenceMs);
  prober.on('message', () => {
    // The first answer says that the child runs; each further one, that it survived an entry.
    answers += 1;
    timer.refresh();
    if (answers > entries.length) prober.kill('SIGKILL');
    else send(prober, entries[answers - 1]);
  });
  prober.once('error', (error) => ended.reject(error));
  prober.once('exit', () => ended.resolve());
  try {
    await ended.promise;
  } finally {
    clearTimeout(timer);
  }
  if (answers === 0) throw new Error('the child process that probes entries did not start');
  return answers - 1;
}

/** Sends one entry; a child that died meanwhile is noticed by its exit, not by the failed send. */
function send(prober: ChildProcess, entry: Buffer | undefined): void {
  if (entry !== undefined && prober.connected) prober.send(entry, () => undefined);
}
