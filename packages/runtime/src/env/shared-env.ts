import { clientVariables } from './client-variables.ts';
import { connectionVariables } from './connection-variables.ts';
import { httpVariables } from './http-variables.ts';
import { processVariables } from './process-variables.ts';
import { queueVariables } from './queue-variables.ts';
import { upkeepVariables, workerVariables } from './worker-variables.ts';
import { notesOf } from './variable.ts';
import type { Reader, VariableNotes } from './variable.ts';

/**
 * Every environment variable of Auditlane: its type, bounds, default and one sentence. An app's `env.ts` is
 * `z.object({ REDIS_URL: sharedEnv.REDIS_URL, … })`, so that a variable means the same in each process.
 */
export const sharedEnv = {
  ...connectionVariables,
  ...processVariables,
  ...httpVariables,
  ...queueVariables,
  ...clientVariables,
  ...workerVariables,
  ...upkeepVariables,
} as const;

/** A variable with its name, as a document lists it. */
export interface DescribedVariable extends VariableNotes {
  readonly name: string;
}

/** Every known name, the undocumented ones of fault tests included. */
export const KNOWN_NAMES: readonly string[] = Object.keys(sharedEnv);

/** All documented variables in the order of their sections: the source of `docs/configuration.md` and `.env.example`. */
export function describeVariables(): readonly DescribedVariable[] {
  return Object.entries(sharedEnv).flatMap(([name, schema]) => {
    const notes = notesOf(schema);
    return notes === undefined || notes.isInternal === true ? [] : [{ name, ...notes }];
  });
}

/** Names of the documented variables that one process reads; each app's test compares its `env.ts` with this. */
export function namesReadBy(reader: Reader): readonly string[] {
  return describeVariables()
    .filter((described) => described.readBy.includes(reader))
    .map((described) => described.name);
}
