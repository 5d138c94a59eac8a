import type { Scenario } from '../scenario.ts';

/** Rows of the matrix that this program does not make, each with its reason, so that nobody takes silence for a proof. */
function unmade(id: string, title: string, reason: string): Scenario {
  return { id, title, promise: '', profiles: ['durable'], skip: () => reason, run: async () => undefined };
}

export const UNMADE: readonly Scenario[] = [
  unmade('R13', 'manual SENTINEL FAILOVER', 'clients take one address; a failover behind it is R11 and R12'),
  unmade('P15', 'failover to an asynchronous standby of Postgres', 'not promised: see the limits'),
  unmade('P16', 'PgBouncer in transaction mode', 'PgBouncer is not among the dependencies'),
  unmade('P18', 'replay of events whose partition retention has dropped', 'no replay horizon is built: see the limits'),
  unmade('N6', 'a name resolves to another server', 'needs a resolver of its own; another server is R6, R11 and R12'),
  unmade('N8', 'the network namespace of a host is cut', 'needs namespaces (root); half-open links are N2'),
  unmade('C8', 'a producer forks', 'a test of audit-client makes it'),
];
