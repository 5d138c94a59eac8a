import { Console } from 'node:console';

/**
 * Where the client reports its own troubles; a pino logger fits as it is.
 * Nothing is logged per event, and one condition at most once in ten seconds.
 */
export interface AuditLogger {
  warn(facts: Readonly<Record<string, unknown>>, message: string): void;
}

/**
 * Writes one line of JSON to stderr, so that a service that logs JSON stays parsable. Through a Console, which survives a
 * stderr that nobody reads any more; a bare write would end the process with EPIPE.
 */
export function createStderrLogger(): AuditLogger {
  const output = new Console({ stdout: process.stderr, stderr: process.stderr, ignoreErrors: true });
  return {
    warn(facts, message) {
      const time = new Date().toISOString();
      output.error('%s', JSON.stringify({ level: 'warn', name: 'auditlane-client', time, ...facts, msg: message }));
    },
  };
}
