// npm run worker: one worker in the foreground, on the servers that the environment names or beside a running stack.
// The bootstrap starts it under the options of apps/worker/node-args.json.
import { ConfigError, EXIT, loadStackEnv, type ExitCode } from '@auditlane/runtime';

const USAGE = `usage: npm run worker

  Runs one worker in the foreground, beside the others; Ctrl-C drains it. It works on the servers of REDIS_URL and
  DATABASE_URL; when neither is set, on those of the npm start that runs in this checkout (AUDIT_DATA_DIR/env).
  Its settings are in docs/configuration.md.
`;

/** Adds the addresses to the environment and tells what is missing; an exit status when there is nothing to run. */
function prepare([argument]: readonly string[]): ExitCode | null {
  if (argument === '--help' || argument === '-h') {
    process.stdout.write(USAGE);
    return EXIT.ok;
  }
  if (argument !== undefined) {
    process.stderr.write(`auditlane: unknown argument ${argument}\n${USAGE}`);
    return EXIT.usage;
  }
  return findServers();
}

function findServers(): ExitCode | null {
  try {
    const source = loadStackEnv();
    const missing = ['REDIS_URL', 'DATABASE_URL'].filter((name) => source.given.every((given) => given !== name));
    const why = source.kind === 'none' ? `no stack runs here (there is no ${source.path}) and ` : '';
    if (missing.length > 0) tell(`${why}${missing.join(' and ')} is not set: trying the server at its default port`);
    return null;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const { name, problem } of error.faults) tell(`${name}: ${problem}`);
    return EXIT.config;
  }
}

function tell(line: string): void {
  process.stderr.write(`auditlane: ${line}\n`);
}

const ended = prepare(process.argv.slice(2));
if (ended === null) await import('../apps/worker/src/main.ts');
else process.exitCode = ended;
