import type { EventIssue } from '@auditlane/schema';
import type { DetailsOf } from '../catalogue/security-event-details.ts';
import type { EventReceipt } from '../event-receipt.ts';
import type { FamilyEventOptions } from './event-options.ts';

type Dotted<Text extends string> = Text extends `${infer Head}_${infer Tail}`
  ? Dotted<`${Head}.${Tail}`>
  : Text extends `${infer Head}-${infer Tail}`
    ? Dotted<`${Head}.${Tail}`>
    : Text;
type Camel<Text extends string> = Text extends `${infer Head}.${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Text;

/** `auth.login.failure` belongs to `authentication`, all others to their first word. */
type FamilyOf<Type extends string> = Type extends `${infer First}.${string}`
  ? First extends 'auth'
    ? 'authentication'
    : Camel<Dotted<First>>
  : never;
/** `manufacturing.quality_check` is `qualityCheck`. */
type MethodOf<Type extends string> = Type extends `${string}.${infer Rest}` ? Camel<Dotted<Rest>> : never;

/** Logs an event of one type. As `logEvent`, or as `logFromRequest` when `options.request` is given; never rejects. */
export type FamilyMethod<Type extends string> = (
  details?: DetailsOf<Type>,
  options?: FamilyEventOptions,
) => Promise<EventReceipt>;

/** One object for each family of types, with one method for each type: `authentication.loginFailure`. */
export type EventFamilies<Types extends string> = {
  readonly [Family in FamilyOf<Types>]: {
    readonly [Type in Types as FamilyOf<Type> extends Family ? MethodOf<Type> : never]: FamilyMethod<Type>;
  };
};

/** How an event of a family's method is logged. */
export type LogFamilyEvent = (
  type: string,
  details: unknown,
  options: FamilyEventOptions | undefined,
) => Promise<EventReceipt>;

/** The family and the method of a type; null for one without a dot, which has none. */
export function toFamilyMethod(type: string): { readonly family: string; readonly method: string } | null {
  const dot = type.indexOf('.');
  if (dot <= 0 || dot === type.length - 1) return null;
  const first = type.slice(0, dot);
  return { family: first === 'auth' ? 'authentication' : toCamel(first), method: toCamel(type.slice(dot + 1)) };
}

/**
 * The types of a configuration whose method is that of another type: the last one of them has it, and the others go by
 * `logEvent` alone.
 */
export function findMethodClashes(builtIn: readonly string[], own: readonly string[]): readonly EventIssue[] {
  const typeOf = new Map<string, string>();
  const clashes: EventIssue[] = [];
  for (const type of [...builtIn, ...own]) {
    const names = toFamilyMethod(type);
    if (names === null) continue;
    const method = `${names.family}.${names.method}`;
    const other = typeOf.get(method);
    typeOf.set(method, type);
    if (other !== undefined && other !== type) {
      clashes.push({ path: `eventTypes.${type}`, code: 'same_method', message: `${method} was that of "${other}"` });
    }
  }
  return clashes;
}

function toCamel(text: string): string {
  const [head = '', ...tail] = text.split(/[._-]/);
  return head + tail.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('');
}

/** Makes the families of these types: what {@link EventFamilies} says, from the same names. Throws a TypeError for no string. */
export function createFamilies<Types extends string>(
  types: readonly Types[],
  log: LogFamilyEvent,
): EventFamilies<Types> {
  const families: Record<string, Record<string, FamilyMethod<string>>> = Object.create(null);
  for (const type of types) {
    const names = toFamilyMethod(type);
    if (names !== null) {
      families[names.family] ??= Object.create(null);
      const methods = families[names.family] ?? {};
      methods[names.method] = (details, options) => log(type, details, options);
    }
  }
  if (!areFamilies(families, types)) throw new TypeError('the families of event types are not whole');
  return families;
}

/** What the compiler cannot see: each type has its method, so the object is what its type says. */
function areFamilies<Types extends string>(
  families: object,
  types: readonly Types[],
): families is EventFamilies<Types> {
  return types.every((type) => {
    const names = toFamilyMethod(type);
    const family: unknown = names === null ? null : Reflect.get(families, names.family);
    return names === null || (typeof family === 'object' && family !== null && names.method in family);
  });
}
