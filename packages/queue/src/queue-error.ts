/**
 * Why a call failed. Closed set:
 * - `away`: not connected, or the connection was lost; the call may have been executed.
 * - `timeout`: no answer within the deadline; the call may have been executed.
 * - `out_of_memory`, `misconf`, `no_replicas`, `read_only`, `loading`, `busy`: Redis refused, nothing was done.
 * - `denied`: wrong password or an ACL without the needed rights; nothing was done.
 * - `wrong_type`: a key of ours holds another type; nothing was done.
 * - `corrupt`: the meta of a claim cannot be read; nothing was done.
 * - `taken`: the batch id belongs to another worker; nothing was done.
 * - `unbalanced`: finish accounted for more or fewer entries than the claim holds; nothing was done.
 * - `invalid_call`: the arguments break a limit; nothing was sent.
 * - `protocol`: any other answer of Redis (Redis 6 and 7.0 also refuse a right inside a script this way).
 */
export type QueueErrorCode =
  | 'away'
  | 'timeout'
  | 'out_of_memory'
  | 'misconf'
  | 'no_replicas'
  | 'read_only'
  | 'loading'
  | 'busy'
  | 'denied'
  | 'wrong_type'
  | 'corrupt'
  | 'taken'
  | 'unbalanced'
  | 'invalid_call'
  | 'protocol';

const FAULTS_OF_THE_CALLER: ReadonlySet<QueueErrorCode> = new Set(['taken', 'unbalanced', 'invalid_call']);

/** The one error of this package. `isRetryable` says that the same call may succeed later. */
export class QueueError extends Error {
  override readonly name = 'QueueError';
  readonly code: QueueErrorCode;
  readonly isRetryable: boolean;

  constructor(code: QueueErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.isRetryable = !FAULTS_OF_THE_CALLER.has(code);
  }
}

const CODES: Readonly<Record<string, QueueErrorCode>> = {
  OOM: 'out_of_memory',
  MISCONF: 'misconf',
  NOREPLICAS: 'no_replicas',
  READONLY: 'read_only',
  LOADING: 'loading',
  BUSY: 'busy',
  NOAUTH: 'denied',
  WRONGPASS: 'denied',
  NOPERM: 'denied',
  WRONGTYPE: 'wrong_type',
  MASTERDOWN: 'away',
  CLUSTERDOWN: 'away',
  MOVED: 'away',
  ASK: 'away',
  TRYAGAIN: 'away',
};

// Redis has no error field but the first word. Before 7.0 an error inside a script is wrapped:
// "ERR Error running script (call to f_..): @user_script:9: -OOM command not allowed".
const WRAPPED_CODE = /@user_script: ?\d+: -?(?<code>[A-Z]+) /u;

/** The first word of an error reply (`OOM`, `NOSCRIPT`, …), unwrapped from a script's error when it is inside one. */
export function toRedisCode(message: string): string {
  const [first = ''] = message.split(' ', 1);
  return first === 'ERR' ? (WRAPPED_CODE.exec(message)?.groups?.['code'] ?? first) : first;
}

/** Classifies whatever the Redis client rejected with. */
export function toQueueError(error: unknown): QueueError {
  if (error instanceof QueueError) return error;
  if (!(error instanceof Error)) return new QueueError('protocol', 'Redis client failed', { cause: error });
  if (error.name === 'ReplyError') {
    const code = CODES[toRedisCode(error.message)] ?? 'protocol';
    return new QueueError(code, `Redis refused the call: ${error.message}`, { cause: error });
  }
  // The client gives its own timeout no code or class of its own: this is its one wording.
  if (error.message === 'Command timed out') {
    return new QueueError('timeout', 'Redis did not answer within the command timeout', { cause: error });
  }
  return new QueueError('away', `Redis cannot be reached: ${error.message}`, { cause: error });
}
