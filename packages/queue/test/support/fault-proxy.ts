import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A TCP link to Redis that fails on demand. */
export interface FaultProxy {
  readonly url: string;
  /** Lets the next script call be executed, and cuts the link instead of passing its answer on. */
  cutBeforeNextReply(): void;
  /** From now on the links that exist swallow every answer and stay open; new links work. */
  blackhole(): void;
}

/** Starts a proxy before the Redis at `target`, closed with the test. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const swallowing = new Set<Socket>();
  let isCutting = false;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    const closeBoth = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', closeBoth);
      socket.on('close', closeBoth);
    }
    client.on('data', (bytes) => upstream.write(bytes));
    upstream.on('data', (bytes) => {
      if (swallowing.has(upstream)) return;
      // An unknown script was not executed: its answer has to pass, so that the client sends the body.
      if (!isCutting || bytes.toString().startsWith('-NOSCRIPT')) {
        client.write(bytes);
        return;
      }
      isCutting = false;
      closeBoth();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cutBeforeNextReply: () => {
      isCutting = true;
    },
    blackhole: () => {
      for (const socket of sockets) swallowing.add(socket);
    },
  };
}
