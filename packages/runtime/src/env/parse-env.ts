import * as z from 'zod';
import { ConfigError } from '../config-error.ts';
import type { ConfigFault } from '../config-error.ts';
import { nearestName } from './nearest-name.ts';
import { KNOWN_NAMES } from './shared-env.ts';
import { STACK_NAMES } from './stack-names.ts';
import { notesOf } from './variable.ts';

/** Where variables come from: `process.env` or a test's own. */
export type EnvSource = Readonly<Record<string, string | undefined>>;

const SHOWN_VALUE_CHARS = 60;

function toFault(issue: z.core.$ZodIssue, shape: Readonly<Record<string, unknown>>, env: EnvSource): ConfigFault {
  const name = String(issue.path[0] ?? 'environment');
  const schema = shape[name];
  const isSecret = schema instanceof z.ZodType && notesOf(schema)?.isSecret === true;
  const value = env[name];
  const shown = isSecret || value === undefined ? '' : `, got ${JSON.stringify(value.slice(0, SHOWN_VALUE_CHARS))}`;
  return { name, problem: `${issue.message}${shown}` };
}

/**
 * Parses the environment by a process's schema and freezes the result. An empty variable counts as absent, since
 * compose files and `.env` lines without a value produce those. Throws ConfigError listing every fault at once.
 */
export function parseEnv<S extends z.ZodObject>(schema: S, env: EnvSource = process.env): Readonly<z.output<S>> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const result = schema.safeParse(given);
  if (result.success) {
    return Object.freeze(result.data);
  }
  throw new ConfigError(result.error.issues.map((issue) => toFault(issue, schema.shape, env)));
}

/**
 * What is wrong with the environment for any of several processes, each fault once: so that who starts them, or examines
 * them, can tell before one ends itself.
 */
export function findFaults(schemas: readonly z.ZodObject[], env: EnvSource = process.env): readonly ConfigFault[] {
  const faults = schemas.flatMap((schema) => faultsOf(schema, env));
  const byText = new Map(faults.map((fault) => [`${fault.name} ${fault.problem}`, fault]));
  return [...byText.values()];
}

function faultsOf(schema: z.ZodObject, env: EnvSource): readonly ConfigFault[] {
  try {
    parseEnv(schema, env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

/** An `AUDIT_*` name that nothing reads, with the known name it probably meant. */
export interface UnknownName {
  readonly name: string;
  readonly nearest: string | null;
}

/** Finds `AUDIT_*` names that no process knows: a mistyped setting would else be ignored in silence. */
export function findUnknownNames(env: EnvSource = process.env): readonly UnknownName[] {
  const known: readonly string[] = [...KNOWN_NAMES, ...STACK_NAMES];
  return Object.keys(env)
    .filter((name) => name.startsWith('AUDIT_') && !known.includes(name))
    .map((name) => ({ name, nearest: nearestName(name, known) }));
}
