import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** An address that leads to one server, and then to another, as the name of a primary does after a failover. */
export interface TcpSwitch {
  readonly url: string;
  /** New connections go to `port`; those that exist are ended. */
  turnTo(port: number): void;
}

/** Opens a switch to the Redis on `port` of loopback; closed with the test. */
export async function openTcpSwitch(port: number): Promise<TcpSwitch> {
  let target = port;
  const sockets = new Set<Socket>();
  const end = (): void => sockets.forEach((socket) => socket.destroy());
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    end();
    server.close();
  });
  const address = server.address();
  return {
    url: `redis://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    turnTo(next) {
      target = next;
      end();
    },
  };
}
