import * as z from 'zod';

/** The processes and programs that read variables; `client` is the library inside a user's application, `cli` the command `auditlane`. */
export const READERS = ['start', 'api', 'worker', 'maintenance', 'client', 'cli'] as const;
export type Reader = (typeof READERS)[number];

export const SECTIONS = ['Connections', 'Process', 'HTTP', 'Queue', 'Client', 'Worker', 'Retention', 'Alerts'] as const;
export type Section = (typeof SECTIONS)[number];

/** What a document says about one variable. */
export interface VariableNotes {
  /** One sentence for `docs/configuration.md` and `.env.example`. */
  readonly description: string;
  readonly section: Section;
  readonly readBy: readonly Reader[];
  /** Which values are accepted, in words. */
  readonly allowed: string;
  /** The default in words; null when there is none. */
  readonly fallback: string | null;
  /** True when the value must never be printed. A URL that may carry a password is secret too. */
  readonly isSecret?: boolean;
  /** True for a variable that only the project's own fault tests set: known, but not documented. */
  readonly isInternal?: boolean;
}

const notesOfVariables = z.registry<VariableNotes>();

/** Attaches the notes to a schema and returns that schema, so that one expression is the whole variable. */
export function variable<S extends z.ZodType>(schema: S, notes: VariableNotes): S {
  notesOfVariables.add(schema, notes);
  return schema;
}

/** The notes of a variable made by `variable`; undefined for any other schema. */
export function notesOf(schema: z.ZodType): VariableNotes | undefined {
  return notesOfVariables.get(schema);
}
