import { connect } from 'node:net';

import { LOOPBACK } from '../ports.ts';

function toCommand(...parts: readonly string[]): string {
  return `*${parts.length}\r\n${parts.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`).join('')}`;
}

/** Which server to ask, and who it must be. */
export interface RedisProbe {
  readonly port: number;
  readonly pid: number;
  readonly password: string | undefined;
}

/**
 * Whether the server process `pid` answers on the port and has loaded its data. The pid is compared because another
 * server may have taken the port a moment before ours, and would answer a PING just as well.
 */
export async function isRedisReady(probe: RedisProbe): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: LOOPBACK, port: probe.port });
    let answer = '';
    const end = (isReady: boolean): void => {
      socket.destroy();
      resolve(isReady);
    };
    socket.setTimeout(1000, () => end(false));
    socket.on('error', () => end(false));
    socket.on('close', () => end(false));
    socket.on('connect', () => {
      const access = probe.password === undefined ? '' : toCommand('AUTH', probe.password);
      // INFO answers while data is being loaded, PING does not: it comes last, and its answer ends the wait.
      socket.write(`${access}${toCommand('INFO', 'server')}${toCommand('PING')}`);
    });
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      if (answer.includes('+PONG\r\n')) end(answer.includes(`process_id:${probe.pid}\r\n`));
      else if (/^-(?:LOADING|NOAUTH|WRONGPASS)/m.test(answer)) end(false);
    });
  });
}
