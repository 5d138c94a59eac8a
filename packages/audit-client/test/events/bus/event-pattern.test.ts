import { expect, test } from 'vitest';
import { compilePattern } from '../../../src/events/bus/event-pattern.ts';

test.each([
  ['auth.login.failure', ['auth.login.failure'], ['auth.login', 'auth.login.failure.x', 'xauth.login.failure']],
  ['auth.*', ['auth.logout', 'auth.login.failure'], ['auth', 'authx.login', 'x.auth.login']],
  ['*', ['auth', 'auth.login.failure', ''], []],
  ['*.deleted', ['data.deleted', 'account.deleted'], ['deleted', 'data.deleted.x', 'a.data.deleted']],
  ['auth.*.failure', ['auth.login.failure', 'auth.mfa.failure'], ['auth.failure', 'auth.a.b.failure']],
  ['auth.*.*', ['auth.login.failure', 'auth.a.b.c'], ['auth.logout']],
  ['a+b.(c', ['a+b.(c'], ['aab.(c']],
  [/^data\./, ['data.read', 'data.exported'], ['metadata.read']],
  [/login/gy, ['login'], ['auth.logout']],
] as const)('%s', (pattern, meant, others) => {
  const isMeant = compilePattern(pattern);
  // Twice: an expression that is global remembers where it was.
  for (const type of [...meant, ...meant]) expect(isMeant(type), type).toBe(true);
  for (const type of others) expect(isMeant(type), type).toBe(false);
});
