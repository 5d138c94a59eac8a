import { describeVariables } from './shared-env.ts';

/** A setting as it may be shown and kept: text, number, truth value, list of texts; null when it is not set. */
export type PublicSetting = string | number | boolean | readonly string[] | null;

/**
 * The documented settings of a parsed environment that are no secret, by the names of their variables. A name that is not
 * documented, and every secret (URLs with passwords among them), is left out.
 */
export function toPublicSettings(env: object): Readonly<Record<string, PublicSetting>> {
  const shown = describeVariables().filter(({ name, isSecret }) => isSecret !== true && Object.hasOwn(env, name));
  return Object.fromEntries(shown.map(({ name }) => [name, toSetting(Reflect.get(env, name))]));
}

function toSetting(value: unknown): PublicSetting {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return Array.isArray(value) ? value.map(String).toSorted() : JSON.stringify(value);
}
