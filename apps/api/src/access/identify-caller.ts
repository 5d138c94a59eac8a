import type { IncomingMessage } from 'node:http';
import type { AccessScope } from '@auditlane/runtime';
import { Problem } from '../http/problem.ts';
import { ANONYMOUS } from './caller.ts';
import type { Caller } from './caller.ts';
import type { FindKey } from './key-directory.ts';
import { isLocalRequest } from './loopback.ts';

const BEARER = /^bearer +([\x21-\x7e]+) *$/i;
const KEY_PARAMETERS: readonly string[] = [
  'key',
  'api_key',
  'apikey',
  'api-key',
  'token',
  'access_token',
  'auth',
  'authorization',
  'bearer',
  'secret',
];

export interface IdentifyOptions {
  readonly findKey: FindKey;
  /** What a request from this machine may do without a key. */
  readonly loopbackScopes: readonly AccessScope[];
}

export type IdentifyCaller = (message: IncomingMessage) => Promise<Caller>;

// What a key looks like, wherever in the query it stands.
const KEY = /(?<![\w-])al_[\w-]{20,}/;

/** Throws when the URL carries a key: URLs end up in histories, logs and referrers. */
export function refuseKeyInQuery(parameters: URLSearchParams): void {
  for (const [name, value] of parameters) {
    if (KEY_PARAMETERS.includes(name.toLowerCase()) || KEY.test(name) || KEY.test(value)) {
      throw new Problem('key_in_query');
    }
  }
}

/**
 * Finds out who sends a request. A key that is sent decides alone: a wrong one is 401 on this machine too, because
 * falling back to the loopback grant would hide the mistake.
 */
export function createIdentifyCaller(options: IdentifyOptions): IdentifyCaller {
  return async (message) => {
    const authorization = message.headers.authorization;
    if (authorization === undefined) {
      return isLocalRequest(message) ? { kind: 'loopback', scopes: options.loopbackScopes } : ANONYMOUS;
    }
    const text = BEARER.exec(authorization)?.[1];
    const key = text === undefined ? null : await options.findKey(text);
    if (key === null) {
      throw new Problem('unauthorized', {
        headers: { 'www-authenticate': 'Bearer realm="auditlane", error="invalid_token"' },
      });
    }
    return { kind: 'key', keyId: key.id, name: key.name, scopes: key.scopes };
  };
}
