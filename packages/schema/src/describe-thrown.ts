import { types } from 'node:util';

const MAX_CHARACTERS = 200;

function readMessage(thrown: unknown): string {
  if (typeof thrown === 'string') return thrown;
  if (!types.isNativeError(thrown)) return typeof thrown;
  const message: unknown = Object.getOwnPropertyDescriptor(thrown, 'message')?.value;
  return typeof message === 'string' ? message : 'Error';
}

/** "[Throws: …]" for whatever foreign code threw, without running more of it. */
export function describeThrown(thrown: unknown): string {
  return `[Throws: ${readMessage(thrown).slice(0, MAX_CHARACTERS)}]`;
}
