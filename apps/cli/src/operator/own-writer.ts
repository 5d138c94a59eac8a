import { hostname } from 'node:os';

/** What the command line is called in events and in the ledger. */
export const PROCESS = 'auditlane-cli';

/** Who stores, as the ledger shows it. */
export function toWriter(): string {
  return `${PROCESS}@${hostname()}:${process.pid}`;
}
