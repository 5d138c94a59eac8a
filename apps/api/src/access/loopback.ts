/**
 * When a request counts as coming from this machine. A peer address of 127.0.0.1 alone proves nothing: a reverse
 * proxy on the same host has it, and so has the browser of somebody who visits a hostile page. So a forwarding
 * header, a foreign Host (DNS rebinding) or a cross-site origin withdraws the grant.
 */
import type { IncomingMessage } from 'node:http';

const LOOPBACK_ADDRESS = /^(?:::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$|^::1$/;
const LOCAL_HOST = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d{1,5})?$/i;
/** What proxies, load balancers and content networks add; some write `_` for `-`. No program on this machine sends any. */
const FORWARDING_FIELD =
  /^(?:forwarded|via|cdn-loop|cf-[a-z-]+|x[-_](?:original[-_])?(?:forwarded|host)(?:[-_].*)?|x[-_]real[-_]ip|x[-_]envoy[-_].*|(?:[a-z]+[-_])*(?:client|connecting|user)[-_]?ip)$/;
const LOCAL_SITES: readonly (string | undefined)[] = [undefined, 'same-origin', 'same-site', 'none'];

function isForwarded(message: IncomingMessage): boolean {
  return Object.keys(message.headers).some((name) => FORWARDING_FIELD.test(name));
}

function isLocalOrigin(origin: string | undefined): boolean {
  if (origin === undefined) {
    return true;
  }
  return URL.canParse(origin) && LOCAL_HOST.test(new URL(origin).host);
}

/** True for a request of this machine to this machine, made by nobody on behalf of another site. */
export function isLocalRequest(message: IncomingMessage): boolean {
  const site = message.headers['sec-fetch-site'];
  return (
    LOOPBACK_ADDRESS.test(message.socket.remoteAddress ?? '') &&
    !isForwarded(message) &&
    LOCAL_HOST.test(message.headers.host ?? '') &&
    isLocalOrigin(message.headers.origin) &&
    LOCAL_SITES.some((allowed) => allowed === site)
  );
}
