// npm start: everything on one machine. Redis and Postgres (given or embedded), the schema, the API, the workers and
// maintenance under PM2, one event through all of it as the proof; then it stays, and a Ctrl-C ends all of it.
import { ConfigError, EXIT, type ExitCode } from '@auditlane/runtime';
import { EmbeddedError } from '@auditlane/embedded';
import { printReady } from './start/banner.ts';
import { findFleet } from './start/claim-data-dir.ts';
import { follow } from './start/follow.ts';
import { findParents, watchParents } from './start/parents.ts';
import { readSettings, type StartSettings } from './start/settings.ts';
import { openStack } from './start/stack.ts';
import { StartError } from './start/start-error.ts';
import { listenForEnd } from './start/termination.ts';

// From the first moment of the bootstrap, so that a figure includes an installation.
const startedAt = Number(process.env['AUDITLANE_STARTED_AT'] ?? performance.timeOrigin);

function say(line: string): void {
  process.stdout.write(`auditlane: ${line}\n`);
}

async function run(settings: StartSettings, signal: AbortSignal): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const open = await openStack({ settings, stack, signal, say });
  printReady({ open, settings, startedAt });
  const broken = open.broken.then((fact) => {
    throw new StartError(
      `${fact}, so all is stopped: npm start again; redis.log and postgres.log are below ${settings.dataDir}`,
    );
  });
  await Promise.race([follow(open, signal), broken]);
}

async function main(): Promise<ExitCode> {
  try {
    const settings = readSettings();
    const end = listenForEnd(say, () => findFleet(settings.dataDir));
    watchParents(findParents(), ({ name, pid }) => end.begin(`${name} (process ${pid}) is gone, stopping`));
    await run(settings, end.signal).catch((error: unknown) => {
      // After an end was asked for, an error is the interrupted step speaking.
      if (!end.signal.aborted) throw error;
    });
    say('stopped');
    return EXIT.ok;
  } catch (error) {
    return report(error);
  }
}

function report(error: unknown): ExitCode {
  if (error instanceof ConfigError) {
    for (const { name, problem } of error.faults) process.stderr.write(`auditlane: ${name}: ${problem}\n`);
    return EXIT.config;
  }
  if (error instanceof StartError || error instanceof EmbeddedError) {
    process.stderr.write(`auditlane: ${error.message}\n`);
    return error instanceof StartError ? error.exitCode : EXIT.failed;
  }
  process.stderr.write(`auditlane: ${error instanceof Error ? error.stack : String(error)}\n`);
  return EXIT.failed;
}

process.exit(await main());
