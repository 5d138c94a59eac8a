import { SecurityEventType } from '../../events/catalogue/security-event-type.ts';
import type { Declaration, Ending } from '../declaration.ts';
import { type Detail, isGranted, readDetails, type RouteEventOptions } from './detail.ts';

/** What a route that authenticates does. */
export type AuthenticationAction = keyof typeof TYPES;

export interface AuthenticationOptions<Request> extends RouteEventOptions<Request> {
  /** Default `login`. */
  readonly action?: AuthenticationAction | undefined;
  /** Who it is about. Default: as for any request, by `getUser`. */
  readonly userId?: Detail<Request>;
  /** The name that was typed; the account may not exist. */
  readonly username?: Detail<Request>;
}

const T = SecurityEventType;
/** The event of a success, and of a refusal; null: the request's ordinary event says enough. */
const TYPES = {
  login: { granted: T.AUTH_LOGIN_SUCCESS, refused: T.AUTH_LOGIN_FAILURE },
  logout: { granted: T.AUTH_LOGOUT, refused: null },
  mfa: { granted: T.AUTH_MFA_SUCCESS, refused: T.AUTH_MFA_FAILURE },
  password_change: { granted: T.AUTH_PASSWORD_CHANGED, refused: null },
  password_reset: { granted: T.AUTH_PASSWORD_RESET, refused: null },
  password_reset_request: { granted: T.AUTH_PASSWORD_RESET_REQUESTED, refused: null },
  token: { granted: T.AUTH_TOKEN_ISSUED, refused: T.AUTH_TOKEN_REJECTED },
  token_refresh: { granted: T.AUTH_TOKEN_REFRESHED, refused: T.AUTH_TOKEN_REJECTED },
} as const;

/** Whether a value is one of the actions. */
export function isAuthenticationAction(value: unknown): value is AuthenticationAction {
  return typeof value === 'string' && Object.hasOwn(TYPES, value);
}

/**
 * A route that signs in, or the like: an answer below 400 is its success, 400 to 499 its refusal. 429 stays what it is, a
 * limit that was met before anything was tried, and 500 and above an error.
 */
export function declareAuthentication<Request>(options: AuthenticationOptions<Request>): Declaration {
  const { action = 'login', userId, username, priority, details } = options;
  const { granted, refused } = TYPES[action];
  return {
    typeOf: (ending) => (isGranted(ending) ? granted : isRefused(ending) ? refused : null),
    detailsOf: (subject, response) => readDetails({ userId, username }, details, { subject, response }),
    priority,
  };
}

function isRefused({ status, isAborted }: Ending): boolean {
  return !isAborted && status !== null && status >= 400 && status < 500 && status !== 429;
}
