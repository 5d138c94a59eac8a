import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs, parseEnv } from 'node:util';

const ROOT = resolve(import.meta.dirname, '../../..');

/** What the demo was asked to do, and where the stack is. */
export interface DemoOptions {
  readonly requestsPath: string;
  readonly linesPath: string;
  readonly redisUrl: string;
  readonly databaseUrl: string;
  /** Reads the stored rows back; the writer's role may not. */
  readonly readerUrl: string;
}

/** A wrong command line or a stack that is not running; the message says what to type. */
export class DemoUsageError extends Error {
  override readonly name = 'DemoUsageError';
}

/**
 * Reads `--requests FILE` and `--lines FILE` (defaults: the project's own set) and the addresses that `npm start`
 * wrote to `AUDIT_DATA_DIR/env`; the environment wins over that file.
 *
 * @throws DemoUsageError when a file is missing or no stack has been started
 */
export function readOptions(args: readonly string[], environment: NodeJS.ProcessEnv): DemoOptions {
  const values = parseArguments(args);
  const dataDir = resolve(ROOT, environment['AUDIT_DATA_DIR'] ?? '.auditlane');
  const envPath = join(dataDir, 'env');
  const written = existsSync(envPath) ? parseEnv(readFileSync(envPath, 'utf8').replaceAll(/^export /gm, '')) : {};
  const setting = (name: string): string => {
    const value = environment[name] ?? written[name];
    if (value === undefined) {
      throw new DemoUsageError(
        `${name} is not known: start the stack in another terminal with \`npm start\`, then run the demo again`,
      );
    }
    return value;
  };
  const file = (given: string | undefined, own: string): string => {
    const path = given === undefined ? join(import.meta.dirname, own) : resolve(environment['INIT_CWD'] ?? '.', given);
    if (!existsSync(path)) throw new DemoUsageError(`there is no file ${path}`);
    return path;
  };
  return {
    requestsPath: file(values.requests, 'requests.jsonl'),
    linesPath: file(values.lines, 'lines.jsonl'),
    redisUrl: setting('REDIS_URL'),
    databaseUrl: setting('DATABASE_URL'),
    readerUrl: setting('AUDIT_READER_URL'),
  };
}

function parseArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: { requests: { type: 'string' }, lines: { type: 'string' } } }).values;
  } catch (error) {
    const fact = error instanceof Error ? error.message.split('\n')[0] : 'wrong usage';
    throw new DemoUsageError(`${fact}; usage: npm run demo [-- --requests FILE --lines FILE]`, { cause: error });
  }
}
