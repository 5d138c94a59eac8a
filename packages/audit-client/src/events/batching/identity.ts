import { hash } from 'node:crypto';
import type { SecurityEvent } from '../security-event.ts';
import { toFingerprint } from './fingerprint.ts';

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
      return toKey(`${priority}\nkey\n${type}\n${dedupKey}`);
    }
    const text = fingerprint === undefined ? toFingerprint(event) : askUser(fingerprint, event);
    return text === null ? null : toKey(`${priority}\nfingerprint\n${text}`);
  };
}

/**
 * The digest of a text, however short that is: ten thousand windows keep their keys for a minute, and what lives so long
 * is copied by the garbage collector. With the texts themselves a window cost three times as much.
 */
function toKey(text: string): string {
  // UTF-8 has one replacement for all halves of pairs, which would make different texts one.
  return hash('sha256', text.isWellFormed() ? text : Buffer.from(text, 'utf16le'), 'base64');
}
