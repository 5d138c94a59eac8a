import { cutText } from '@auditlane/schema';

const MAX_CAUSES = 5;
const MAX_MESSAGE_CHARACTERS = 4096;
const MAX_STACK_CHARACTERS = 8192;

/** An error as details: plain texts, cut, with its causes. */
export interface ErrorDetails {
  readonly name: string;
  readonly message: string;
  readonly code?: string | number;
  readonly stack?: string;
  readonly cause?: ErrorDetails;
}

/**
 * The details of whatever was logged as an error: an Error, what pino's serializer made of one, a text, anything.
 * Null when it says nothing. Never throws: a getter that does counts as absent.
 */
export function toErrorDetails(error: unknown): ErrorDetails | null {
  return describe(error, MAX_CAUSES);
}

function describe(error: unknown, causesLeft: number): ErrorDetails | null {
  if (typeof error === 'string') {
    return error === '' ? null : { name: 'Error', message: cutText(error, MAX_MESSAGE_CHARACTERS) };
  }
  if (typeof error !== 'object' || error === null) return null;
  const code = read(error, 'code');
  const stack = read(error, 'stack');
  const cause = causesLeft === 0 ? null : describe(read(error, 'cause'), causesLeft - 1);
  return {
    // pino's serializer calls the name of the class `type`.
    name: toText(read(error, 'name')) || toText(read(error, 'type')) || 'Error',
    message: cutText(toText(read(error, 'message')), MAX_MESSAGE_CHARACTERS),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(typeof stack === 'string' ? { stack: cutText(stack, MAX_STACK_CHARACTERS) } : {}),
    ...(cause === null ? {} : { cause }),
  };
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function read(target: object, key: string): unknown {
  try {
    const value: unknown = Reflect.get(target, key);
    return value;
  } catch {
    return undefined;
  }
}
