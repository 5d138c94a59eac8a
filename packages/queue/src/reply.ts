import { QueueError } from './queue-error.ts';

/** A reply of ours: a list opening with a name. */
export interface Reply {
  readonly name: string;
  readonly values: readonly unknown[];
}

function unexpected(what: string): QueueError {
  return new QueueError('protocol', `Redis answered with something else than ${what}`);
}

/** Reads a Buffer as text. */
export function toText(value: unknown): string {
  if (Buffer.isBuffer(value)) return value.toString('utf8');
  if (typeof value === 'string') return value;
  throw unexpected('text');
}

/** Reads an integer. */
export function toInteger(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw unexpected('an integer');
}

/** Reads a list. */
export function toList(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw unexpected('a list');
}

/** Reads a list of entries, byte for byte. */
export function toBuffers(value: unknown): readonly Buffer[] {
  return toList(value).map((element) => {
    if (Buffer.isBuffer(element)) return element;
    throw unexpected('bytes');
  });
}

/** Reads the flat list field, value, field, value. */
export function toPairs(value: unknown): readonly (readonly [string, string])[] {
  const flat = toList(value).map(toText);
  return flat.flatMap((field, index) => (index % 2 === 0 ? [[field, flat[index + 1] ?? ''] as const] : []));
}

/** Splits a reply into its name and the rest; the refusals that every script knows become errors. */
export function toReply(raw: unknown): Reply {
  const [first, ...values] = toList(raw);
  const name = toText(first);
  switch (name) {
    case 'wrong_type':
      throw new QueueError(
        'wrong_type',
        `Redis key ${toText(values[0])} holds a ${toText(values[1])}: somebody wrote to it; rename or delete that key`,
      );
    case 'corrupt':
      throw new QueueError(
        'corrupt',
        `Redis hash ${toText(values[0])} has an unreadable field ${toText(values[1])}: somebody wrote to it`,
      );
    case 'denied':
      throw new QueueError(
        'denied',
        `The Redis user may not run ${toText(values[0])} on ${toText(values[1])}: grant it; nothing was done`,
      );
    default:
      return { name, values };
  }
}

/** For a name that the script at hand cannot give. */
export function toUnknownReply(reply: Reply): QueueError {
  return unexpected(`a known reply (got "${reply.name}")`);
}
