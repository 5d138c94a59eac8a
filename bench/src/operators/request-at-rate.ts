import { once } from 'node:events';
import { request } from 'node:http';
import { offerSteadily } from '../cells/loads.ts';

/** What came of some requests. */
export interface Requested {
  /** Milliseconds until the whole answer was read, one a request. */
  readonly waits: number[];
}

const ROUTES = [
  { path: '/sessions', body: (user: string) => ({ user, password: `${user}!` }) },
  { path: '/usage', body: (user: string) => ({ user, amount: 1 }) },
  { path: '/api-keys', body: (user: string) => ({ user, key_name: 'deploy' }) },
] as const;
const USERS = 5_000;
const KEPT: readonly string[] = ['queued', 'spooled'];

async function send(port: number, number: number, requested: Requested): Promise<void> {
  const route = ROUTES[number % ROUTES.length] ?? ROUTES[0];
  const body = JSON.stringify(route.body(`user-${number % USERS}`));
  const started = performance.now();
  // A connection of its own: the example closes it after each answer, with and without logAudit.
  const sent = request({ port, host: '127.0.0.1', path: route.path, method: 'POST', agent: false });
  sent.end(body);
  const [response] = await once(sent, 'response');
  response.resume();
  await once(response, 'end');
  requested.waits.push(performance.now() - started);
  const status = String(response.headers['x-audit-status']);
  if (!KEPT.includes(status))
    throw new Error(`a request to ${route.path} was answered with the audit status ${status}`);
}

/** Sends requests at a constant rate, whether answers come or not, and adds what came of them to `requested`. */
export async function requestAtRate(
  { port, perSecond, seconds }: { readonly port: number; readonly perSecond: number; readonly seconds: number },
  requested: Requested,
): Promise<void> {
  const total = Math.max(1, Math.round(perSecond * seconds));
  const first = requested.waits.length;
  await offerSteadily({ perSecond, count: total }, (number) => send(port, first + number, requested));
}
