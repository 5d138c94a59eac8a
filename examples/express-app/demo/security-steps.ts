/**
 * The requests of the demo whose security events it shows: sign-ins, a refused access, one without credentials, a read and
 * an error, of which winston tells as well. What they must leave is written from the documentation (docs/security-events.md).
 */

/** A row that a request must leave in `security_events`. */
export interface StepEvent {
  readonly columns: Readonly<Record<string, unknown>> & { readonly event_type: string };
  readonly data: Readonly<Record<string, unknown>>;
}

/** A request, its answer, and what it leaves. */
export interface Step {
  readonly name: string;
  readonly method: string;
  readonly uri: string;
  readonly body?: Readonly<Record<string, unknown>>;
  /** Signs in by HTTP Basic; the password of the example is the name and an exclamation mark. */
  readonly user?: string;
  readonly traceId?: string;
  readonly status: number;
  readonly leaves: readonly StepEvent[];
}

type Word = string | null;

/** The columns of a row, in the order in which the table of types in the documentation has them. */
function event(
  columns: readonly [type: string, about: string, severity: string, outcome: Word, user: Word],
  data: Readonly<Record<string, unknown>>,
): StepEvent {
  const [event_type, event_category, severity, outcome, user_id] = columns;
  return { columns: { event_type, event_category, severity, outcome, user_id }, data };
}

const STATEMENT = { method: 'GET', route: '/statements/:user' } as const;
const SESSION = { method: 'POST', route: '/sessions' } as const;
const ERROR = { name: 'Error', message: 'there is no usage to make a statement of' } as const;

/** In the order in which they are sent. */
export const STEPS: readonly Step[] = [
  {
    name: 'a wrong password',
    method: 'POST',
    uri: '/sessions',
    body: { user: 'vera', password: '123456' },
    status: 401,
    leaves: [event(['auth.login.failure', 'authentication', 'medium', 'failure', 'vera'], { ...SESSION, status: 401 })],
  },
  {
    name: 'the right password',
    method: 'POST',
    uri: '/sessions',
    body: { user: 'vera', password: 'vera!' },
    status: 201,
    leaves: [event(['auth.login.success', 'authentication', 'info', 'success', 'vera'], { ...SESSION, status: 201 })],
  },
  {
    name: 'a use of the quota',
    method: 'POST',
    uri: '/usage',
    body: { user: 'vera', amount: 1 },
    status: 200,
    leaves: [],
  },
  {
    name: 'a statement without credentials',
    method: 'GET',
    uri: '/statements/vera',
    status: 401,
    leaves: [event(['access.unauthenticated', 'authorization', 'low', 'denied', null], { ...STATEMENT, status: 401 })],
  },
  {
    name: 'the statement of somebody else',
    method: 'GET',
    uri: '/statements/vera',
    user: 'noah',
    status: 403,
    leaves: [
      event(['access.denied', 'authorization', 'medium', 'denied', 'noah'], {
        ...STATEMENT,
        status: 403,
        requiredPermission: 'statement.read',
      }),
    ],
  },
  {
    name: 'a statement of the user who asks, in a trace',
    method: 'GET',
    uri: '/statements/vera',
    user: 'vera',
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    status: 200,
    leaves: [event(['data.read', 'data_access', 'info', 'success', 'vera'], { ...STATEMENT, status: 200 })],
  },
  {
    name: 'a statement that cannot be made',
    method: 'GET',
    uri: '/statements/zoe',
    user: 'zoe',
    status: 500,
    leaves: [
      event(['api.error', 'api', 'high', 'failure', 'zoe'], { ...STATEMENT, status: 500, error: ERROR }),
      event(['log.error', 'system', 'high', null, null], {
        level: 'error',
        component: 'shop',
        path: '/statements/zoe',
      }),
    ],
  },
];

/** What the application says of itself, outside of any request. */
export const OF_THE_PROCESS: readonly (StepEvent & { readonly name: string })[] = [
  {
    name: 'the start',
    ...event(['system.started', 'system', 'info', 'success', null], { component: 'shop' }),
  },
  {
    name: 'the end',
    ...event(['system.stopped', 'system', 'low', 'success', null], { component: 'shop' }),
  },
];
