import { connect, createServer, type Socket } from 'node:net';
import { afterAll } from 'vitest';

export type ProxyMode = 'pass' | 'swallow replies' | 'swallow requests' | 'refuse';

/** A TCP proxy in front of a server, whose link a test breaks. */
export interface FaultProxy {
  readonly port: number;
  mode: ProxyMode;
  /** Resets all connections. */
  cut(): void;
}

/** Starts a proxy to `port` on loopback; closed after the file's last test. */
export async function startFaultProxy(port: number): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  const proxy: { port: number; mode: ProxyMode; cut(): void } = {
    port: 0,
    mode: 'pass',
    cut: () => sockets.forEach((socket) => socket.destroy()),
  };
  const server = createServer((near) => {
    if (proxy.mode === 'refuse') {
      near.destroy();
      return;
    }
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.on('data', (bytes) => proxy.mode !== 'swallow requests' && far.write(bytes));
    far.on('data', (bytes) => proxy.mode !== 'swallow replies' && near.write(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  proxy.port = typeof address === 'object' && address !== null ? address.port : 0;
  afterAll(() => {
    proxy.cut();
    server.close();
  });
  return proxy;
}
