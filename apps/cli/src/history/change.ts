/** Metadata in the order in which a person wants it. */
export interface Change {
  /** Null when the event does not say. */
  readonly before: string | null;
  readonly after: string | null;
  /** Everything else, by name. */
  readonly rest: readonly (readonly [name: string, value: string])[];
}

const LONGEST = 2000;

/** Takes metadata apart. It is a stranger's: any shape, any size; a long value is cut, `--json` has it all. */
export function toChange(metadata: unknown): Change {
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
    return { before: null, after: null, rest: metadata === null ? [] : [['metadata', toShown(metadata)]] };
  }
  const fields: ReadonlyMap<string, unknown> = new Map(Object.entries(metadata));
  const own = (name: string): string | null => (fields.has(name) ? toShown(fields.get(name)) : null);
  const rest = [...fields].filter(([name]) => name !== 'before' && name !== 'after');
  return { before: own('before'), after: own('after'), rest: rest.map(([name, value]) => [name, toShown(value)]) };
}

function toShown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null');
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}… (${text.length} characters, --json has all)`;
}
