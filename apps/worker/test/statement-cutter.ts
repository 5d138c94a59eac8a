import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** Between a worker and Postgres: lets everything pass but statements that store events, whose connection it cuts. */
export interface StatementCutter extends AsyncDisposable {
  /** The database's URL, through the cutter. */
  readonly url: string;
  cuts(): number;
  /** From now on everything passes. */
  heal(): void;
}

export async function openStatementCutter(databaseUrl: string): Promise<StatementCutter> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let cuts = 0;
  let isCutting = true;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (chunk: Buffer) => {
      if (isCutting && isStatement(chunk)) {
        cuts += 1;
        client.destroy();
      } else upstream.write(chunk);
    });
    upstream.pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    cuts: () => cuts,
    heal: () => {
      isCutting = false;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function isStatement(chunk: Buffer): boolean {
  return chunk.includes('insert into audit_batches');
}
