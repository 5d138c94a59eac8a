/**
 * Where the client reports its own troubles; a pino logger fits as it is.
 * Nothing is logged per event, and one condition at most once in ten seconds.
 */
export interface AuditLogger {
  warn(facts: Readonly<Record<string, unknown>>, message: string): void;
}

/** Writes one line of JSON to stderr, so that a service that logs JSON stays parsable. */
export function createStderrLogger(): AuditLogger {
  return {
    warn(facts, message) {
      process.stderr.write(
        `${JSON.stringify({ level: 'warn', name: 'auditlane-client', time: new Date().toISOString(), ...facts, msg: message })}\n`,
      );
    },
  };
}
