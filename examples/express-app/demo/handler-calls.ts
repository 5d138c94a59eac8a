import { setTimeout as delay } from 'node:timers/promises';

const DEADLINE_MS = 5000;
/** The handler of the example that is told of refusals, as its metrics name it (src/alarms.ts). */
const CALLS = /^audit_client_handler_calls_total\{service="shop",pattern="access\.\*",outcome="succeeded"\} (\d+)$/m;

/** What the application's metrics say of its handler. */
export interface HandlerCalls {
  readonly expected: number;
  readonly counted: number;
}

/** Reads how often the handler was called: it runs after the answer, so up to 5 s are waited for the expected number. */
export async function readHandlerCalls(metricsPort: number, expected: number): Promise<HandlerCalls> {
  const deadline = performance.now() + DEADLINE_MS;
  for (;;) {
    const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    const counted = Number(CALLS.exec(text)?.[1] ?? 0);
    if (counted >= expected || performance.now() > deadline) return { expected, counted };
    await delay(50);
  }
}
