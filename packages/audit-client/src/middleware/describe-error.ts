import { cutText } from './copy-text.ts';

/** What an event tells of an error; never its stack, which names files, nor anything else on it. */
export interface ErrorFacts {
  readonly name: string;
  readonly message: string;
  readonly code?: string | number;
}

const MAX_NAME_CHARACTERS = 100;
const MAX_MESSAGE_CHARACTERS = 1000;
/** What the parsers of bodies and the streams of Node say when the client has gone. */
const CODES_OF_ABORT: ReadonlySet<unknown> = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ABORT_ERR',
]);

/** Describes whatever was thrown. Total: a getter or a Proxy that throws is left out. */
export function describeError(thrown: unknown): ErrorFacts {
  if (typeof thrown === 'string') return { name: 'string', message: cutText(thrown, MAX_MESSAGE_CHARACTERS) };
  if (typeof thrown !== 'object' || thrown === null) return { name: typeof thrown, message: '' };
  const name = read(thrown, 'name');
  const message = read(thrown, 'message');
  const code = read(thrown, 'code');
  return {
    name: typeof name === 'string' ? cutText(name, MAX_NAME_CHARACTERS) : 'Error',
    message: typeof message === 'string' ? cutText(message, MAX_MESSAGE_CHARACTERS) : '',
    ...(typeof code === 'string' ? { code: cutText(code, MAX_NAME_CHARACTERS) } : {}),
    ...(typeof code === 'number' ? { code } : {}),
  };
}

/** Whether an error says no more than that the client has hung up. Total. */
export function isAbortError(thrown: unknown): boolean {
  if (typeof thrown !== 'object' || thrown === null) return false;
  return CODES_OF_ABORT.has(read(thrown, 'code')) || read(thrown, 'type') === 'request.aborted';
}

function read(target: object, key: string): unknown {
  try {
    return Reflect.get(target, key);
  } catch {
    return undefined;
  }
}
