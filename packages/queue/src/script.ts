import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import { QueueError, toQueueError, toRedisCode } from './queue-error.ts';
import { whenReady } from './when-ready.ts';

/** A file of `lua/`, without its ending. */
export type ScriptName =
  | 'enqueue'
  | 'claim'
  | 'renew'
  | 'finish'
  | 'park'
  | 'release'
  | 'expired'
  | 'adopt'
  | 'inspect'
  | 'redrive'
  | 'peek'
  | 'remove'
  | 'restore'
  | 'count'
  | 'last_push'
  | 'retire'
  | 'tell_buffered'
  | 'beat';

/** What a script is called with. Buffers pass through unchanged. */
export interface ScriptCall {
  readonly keys: readonly string[];
  readonly args: readonly (string | number | Buffer)[];
}

interface Script {
  readonly body: string;
  readonly sha: string;
}

const DEFAULT_TIMEOUT_MS = 2000;
// The client's own timeout comes first; ours catches what it misses.
const DEADLINE_GRACE_MS = 500;

const scripts = new Map<ScriptName, Script>();

function loadScript(name: ScriptName): Script {
  const known = scripts.get(name);
  if (known !== undefined) return known;
  const body = readFileSync(new URL(`../lua/${name}.lua`, import.meta.url), 'utf8');
  const script = { body, sha: createHash('sha1').update(body).digest('hex') };
  scripts.set(name, script);
  return script;
}

/**
 * Bounds a call of the client: a promise that the client forgot is rejected with `timeout` instead of hanging.
 * Any rejection becomes a `QueueError`.
 */
export async function withDeadline<T>(redis: Redis, send: () => Promise<T>): Promise<T> {
  const deadlineMs = (redis.options.commandTimeout ?? DEFAULT_TIMEOUT_MS) + DEADLINE_GRACE_MS;
  await whenReady(redis, deadlineMs);
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new QueueError('timeout', 'Redis did not answer in time')), deadlineMs);
  });
  try {
    return await Promise.race([send(), deadline]);
  } catch (error) {
    throw toQueueError(error);
  } finally {
    clearTimeout(timer);
  }
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof QueueError && error.cause instanceof Error && toRedisCode(error.cause.message) === 'NOSCRIPT';
}

/**
 * Sends a script of `lua/`: `send` gets EVALSHA and its hash. After SCRIPT FLUSH or a restart Redis does not know the
 * script any more, has done nothing, and `send` gets EVAL and the whole body. Rejects with a `QueueError` only.
 */
export async function sendScript<T>(
  redis: Redis,
  name: ScriptName,
  send: (verb: 'EVALSHA' | 'EVAL', script: string) => Promise<T>,
): Promise<T> {
  const { body, sha } = loadScript(name);
  try {
    return await withDeadline(redis, () => send('EVALSHA', sha));
  } catch (error) {
    if (!isUnknownScript(error)) throw error;
    return withDeadline(redis, () => send('EVAL', body));
  }
}

/** Runs one script of `lua/` and returns its reply, texts as Buffers; see `sendScript`. */
export function runScript(redis: Redis, name: ScriptName, { keys, args }: ScriptCall): Promise<unknown> {
  const rest = [keys.length, ...keys, ...args];
  return sendScript(redis, name, (verb, script) => redis.callBuffer(verb, [script, ...rest]));
}
