import { createHash, timingSafeEqual } from 'node:crypto';

const QUOTA = 100;

/** The state of the example, in memory: who may sign in, their API keys, their usage. */
export interface Accounts {
  /** True when the password is right; in the example it is the user's name and an exclamation mark. */
  isPasswordOf(user: string, password: string): boolean;
  /** Creates a key and tells its public number. */
  createKey(user: string): string;
  /** Adds to a user's usage and tells the percentage before and after. */
  addUsage(user: string, amount: number): { readonly before: number; readonly after: number };
  /** The percentage of the quota that a user has spent. Throws when nothing is known of the user. */
  usageOf(user: string): number;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Creates the state; nothing of it outlives the process. */
export function createAccounts(): Accounts {
  const usage = new Map<string, number>();
  let keys = 0;
  return {
    isPasswordOf: (user, password) => user !== '' && timingSafeEqual(digest(password), digest(`${user}!`)),
    createKey: (user) => {
      keys += 1;
      return `${user}-key-${keys}`;
    },
    addUsage: (user, amount) => {
      const before = usage.get(user) ?? 0;
      const after = before + amount;
      usage.set(user, after);
      return { before: (before / QUOTA) * 100, after: (after / QUOTA) * 100 };
    },
    usageOf: (user) => {
      const used = usage.get(user);
      if (used === undefined) throw new Error('there is no usage to make a statement of');
      return (used / QUOTA) * 100;
    },
  };
}
