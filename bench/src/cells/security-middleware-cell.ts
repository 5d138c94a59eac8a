/**
 * One cell of the middleware: `security-middleware-cell.ts <without|with|quiet> <scale>`. This process asks at a steady
 * rate; the application, a process of its own, says what CPU it has used, so what asking costs is not in the figure.
 */
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { z } from 'zod';
import { startChild } from './child.ts';
import { offerSteadily } from './loads.ts';

const PER_SECOND = 5_000;
const SOCKETS = 64;
/** A slower rate would be another figure: more of the work of a turn is then for one request. */
const LEAST_SHARE = 0.9;
const [, , variant = '', scaleText = ''] = process.argv;
const scale = Number(scaleText);
const warmUp = Math.round(25_000 * Math.min(1, scale * 5));
const counted = Math.max(100, Math.round(150_000 * scale));
const Read = z.object({ cpuMicros: z.number(), logged: z.number(), failed: z.number() });

const server = startChild('security-server', [variant]);
const port = z.number().parse(await server.next());
const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS });

async function ask(number: number): Promise<void> {
  const asked = get({ port, host: '127.0.0.1', path: `/api/orders/${number}`, agent });
  const [response] = await once(asked, 'response');
  response.resume();
  await once(response, 'end');
  if (response.statusCode !== 200) throw new Error(`a request was answered with ${response.statusCode}`);
}

async function read(): Promise<z.output<typeof Read>> {
  const said = server.next();
  server.send('read');
  return Read.parse(await said);
}

await offerSteadily({ perSecond: PER_SECOND, count: warmUp }, ask);
const before = await read();
const seconds = await offerSteadily({ perSecond: PER_SECOND, count: counted }, ask);
const after = await read();
server.send('stop');
await server.ended();
agent.destroy();

const expected = variant === 'with' ? counted : 0;
if (after.logged - before.logged !== expected || after.failed > 0) {
  throw new Error(`${after.logged - before.logged} events of ${expected} were handed on, ${after.failed} were not`);
}
const perSecond = counted / seconds;
if (scale >= 0.1 && perSecond < PER_SECOND * LEAST_SHARE) {
  throw new Error(`only ${Math.round(perSecond)} requests a second could be made, not ${PER_SECOND}`);
}
process.stdout.write(JSON.stringify({ micros: (after.cpuMicros - before.cpuMicros) / counted, perSecond }));
