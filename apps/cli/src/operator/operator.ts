import { hostname, userInfo } from 'node:os';

/** The person at the command line, as far as the system knows. */
export interface Operator {
  /** The login; behind `sudo`, the one who typed it. */
  readonly name: string;
  readonly host: string;
}

/** Asks the system who runs this process. `sudoUser` is what SUDO_USER says. */
export function findOperator(sudoUser: string | undefined): Operator {
  return { name: sudoUser === undefined || sudoUser === '' ? readLogin() : sudoUser, host: hostname() };
}

/** In a container the user may have no name: then the number is all that is known. */
function readLogin(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
