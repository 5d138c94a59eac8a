import type { SecurityEvent } from '../security-event.ts';
import { toFingerprint, toKey } from './fingerprint.ts';

/**
 * What makes an event identical to others; null: nothing does. Its `dedupKey` decides (an empty one: it is like no other),
 * then the fingerprint of the user, then ours. Events of other priorities are never identical, whatever a user's key says:
 * a critical one must not vanish behind an info. A fingerprint that throws or answers no text counts as null, so the event
 * is stored.
 */
export function createIdentity(
  fingerprint: ((event: SecurityEvent) => string | null) | undefined,
): (event: SecurityEvent) => string | null {
  let isAsking = false;
  const askUser = (ask: (event: SecurityEvent) => unknown, event: SecurityEvent): string | null => {
    if (isAsking) {
      // The fingerprint adds an event itself: of that one it is not asked, which would never end.
      return null;
    }
    isAsking = true;
    try {
      const text = ask(event);
      return typeof text === 'string' ? text : null;
    } catch {
      return null;
    } finally {
      isAsking = false;
    }
  };
  return (event) => {
    const { priority, type, dedupKey } = event;
    if (dedupKey === '') {
      return null;
    }
    if (dedupKey !== null) {
      return `${priority}\nkey\n${toKey(`${type}\n${dedupKey}`)}`;
    }
    const text = fingerprint === undefined ? toFingerprint(event) : askUser(fingerprint, event);
    return text === null ? null : `${priority}\n${toKey(text)}`;
  };
}
