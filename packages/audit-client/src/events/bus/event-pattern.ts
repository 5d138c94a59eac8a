/** Which events a handler wants: a type, a pattern of one (`auth.*`), or a regular expression. */
export type EventPattern = string | RegExp;

/** Whether a type is meant. Never throws. */
export type TypeMatcher = (type: string) => boolean;

/**
 * Compiles a pattern. In a text `*` stands for one word between dots, and as the last word for all that follow:
 * `auth.*` means every type below `auth`, `*.deleted` means `data.deleted` and `account.deleted`, `*` means every type.
 * A regular expression is asked as it is, from the start of the type; what it costs is its author's affair.
 */
export function compilePattern(pattern: EventPattern): TypeMatcher {
  if (pattern instanceof RegExp) {
    // Of its own, as a global or sticky expression remembers where it was.
    const expression = new RegExp(pattern.source, pattern.flags.replaceAll(/[gy]/g, ''));
    return (type) => expression.test(type);
  }
  if (!pattern.includes('*')) return (type) => type === pattern;
  const words = pattern.split('.');
  const isOpen = words.at(-1) === '*';
  return (type) => matches(type.split('.'), words, isOpen);
}

function matches(type: readonly string[], words: readonly string[], isOpen: boolean): boolean {
  if (isOpen ? type.length < words.length : type.length !== words.length) return false;
  return words.every((word, index) => word === '*' || word === type[index]);
}
