import { toTable } from './fill-block.ts';

/** A member of an interface with the comment before it: `readonly name?: …` or a method `name?(…)`. */
const MEMBER = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n {2}(?:readonly )?(\w+)\??[:(]/g;

/**
 * The options of an interface, each with its comment, which says meaning, unit, bounds and default. Throws when the source
 * has no such interface, or one with an option that has no comment.
 */
export function toOptionTable(source: string, name: string): string {
  const [, body] = new RegExp(`export interface ${name}\\b[^{]*\\{\\n([\\s\\S]*?)\\n\\}`).exec(source) ?? [];
  if (body === undefined) throw new Error(`there is no interface ${name}`);
  const rows = [...body.matchAll(MEMBER)].map(([, comment = '', option = '']) => [`\`${option}\``, toProse(comment)]);
  const count = [...body.matchAll(/^ {2}(?:readonly )?\w+\??[:(]/gm)].length;
  if (rows.length === 0 || rows.length !== count) throw new Error(`${name} has an option without a comment`);
  return toTable(['option', 'meaning, unit, default'], rows);
}

function toProse(comment: string): string {
  const text = comment.replaceAll(/\n\s*\* ?/g, ' ').replaceAll(/\{@link (\w+)\}/g, '`$1`');
  return text.replaceAll(/\s+/g, ' ').trim();
}
