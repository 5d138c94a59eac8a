import { maskCardNumbers } from './card-number.ts';

/** What a secret becomes. */
export const REDACTED = '[REDACTED]';

/** How a secret begins that was hashed with a key instead: such a value needs no mask any more. */
export const HASHED_PREFIX = 'hmac-sha256:';
const HASHED = /^hmac-sha256:[0-9a-f]{32}$/;

/** Whether a value is a secret that was hashed with a key: `hmac-sha256:` and 32 hex digits. */
export function isHashedSecret(value: unknown): boolean {
  return typeof value === 'string' && HASHED.test(value);
}

/**
 * Keys whose values are secrets, written without case, "-" and "_": `API-Key`, `api_key` and `apiKey` are one.
 * The whole key must match: `key_name` and `token_count` survive, and so does the value "api_key".
 */
export const DEFAULT_REDACTED_KEYS = [
  'password',
  'passwd',
  'pwd',
  'passphrase',
  'oldpassword',
  'newpassword',
  'currentpassword',
  'confirmpassword',
  'passwordconfirmation',
  'passwordhash',
  'secret',
  'secretkey',
  'secretaccesskey',
  'awssecretaccesskey',
  'clientsecret',
  'appsecret',
  'apisecret',
  'sessionsecret',
  'sharedsecret',
  'webhooksecret',
  'totpsecret',
  'mfasecret',
  'token',
  'accesstoken',
  'refreshtoken',
  'idtoken',
  'authtoken',
  'apitoken',
  'bearertoken',
  'sessiontoken',
  'resettoken',
  'csrftoken',
  'xsrftoken',
  'jwt',
  'authorization',
  'proxyauthorization',
  'xauthtoken',
  'cookie',
  'cookies',
  'setcookie',
  'apikey',
  'xapikey',
  'privatekey',
  'signingkey',
  'encryptionkey',
  'sessionkey',
  'connectionstring',
  'cardnumber',
  'creditcard',
  'creditcardnumber',
  'pan',
  'cvv',
  'cvv2',
  'cvc',
  'pin',
  'otp',
  'ssn',
  'socialsecuritynumber',
] as const;

/** Decides what is masked in metadata (and in unknown keys) before it leaves the process. */
export interface RedactionPolicy {
  readonly isEnabled: boolean;
  /** Normalised: lower case, without "-" and "_". */
  readonly keys: ReadonlySet<string>;
  /** Whether the value under this key is a secret; remembers keys it has seen. */
  isSecretKey(key: string): boolean;
  /** `text` with payment card numbers masked; the same string when there are none. */
  maskText(text: string): string;
}

export interface RedactionOptions {
  /** Default true. */
  readonly isEnabled?: boolean;
  /** Added to DEFAULT_REDACTED_KEYS. */
  readonly extraKeys?: readonly string[];
  /** Replaces DEFAULT_REDACTED_KEYS. */
  readonly keys?: readonly string[];
  /** Mask numbers of 13 to 19 digits with a card issuer's prefix and a valid Luhn digit. Default true. */
  readonly isCardNumberMasked?: boolean;
}

const MAX_REMEMBERED_KEYS = 2000;
const MAX_KEY_CHARACTERS = 128;

function normaliseKey(key: string): string {
  return key.replaceAll(/[-_]/g, '').toLowerCase();
}

/** Builds a policy; the one without options is DEFAULT_REDACTION. */
export function createRedactionPolicy(options: RedactionOptions = {}): RedactionPolicy {
  const isEnabled = options.isEnabled ?? true;
  const isCardNumberMasked = isEnabled && (options.isCardNumberMasked ?? true);
  const keys = new Set([...(options.keys ?? DEFAULT_REDACTED_KEYS), ...(options.extraKeys ?? [])].map(normaliseKey));
  const remembered = new Map<string, boolean>();

  function isSecretKey(key: string): boolean {
    if (!isEnabled || key.length > MAX_KEY_CHARACTERS) return false;
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const isSecret = keys.has(normaliseKey(key));
    // Callers may use ids as keys: the memory is bounded, and full it only stops being a short cut.
    if (remembered.size < MAX_REMEMBERED_KEYS) remembered.set(key, isSecret);
    return isSecret;
  }

  return { isEnabled, keys, isSecretKey, maskText: isCardNumberMasked ? maskCardNumbers : (text) => text };
}

export const DEFAULT_REDACTION: RedactionPolicy = createRedactionPolicy();
/** Masks nothing. */
export const NO_REDACTION: RedactionPolicy = createRedactionPolicy({ isEnabled: false });
