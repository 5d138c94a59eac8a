import { connect, type Socket } from 'node:net';

const DEADLINE_MS = 10_000;

/** A connection whose bytes are the test's own. */
export interface RawConnection {
  readonly socket: Socket;
  send(bytes: string | Buffer): void;
  /** Resolves with all that came so far once it holds `text` so often; rejects after 10 s or at the end of the connection. */
  received(text: string, times?: number): Promise<string>;
  /** Resolves with all that came when the other side has closed. */
  ended(): Promise<string>;
  hangUp(): void;
}

export async function openRaw(port: number): Promise<RawConnection> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  let isClosed = false;
  const listeners = new Set<() => void>();
  const notify = (): void => {
    for (const listener of listeners) listener();
  };
  socket.setEncoding('latin1');
  socket.on('data', (chunk) => {
    text += String(chunk);
    notify();
  });
  socket.on('close', () => {
    isClosed = true;
    notify();
  });
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('connect', resolve));

  function when(isDone: () => boolean, what: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        listeners.delete(check);
        settle();
      };
      const fail = (): void => finish(() => reject(new Error(`${what}; so far ${JSON.stringify(text.slice(-500))}`)));
      const timer = setTimeout(fail, DEADLINE_MS);
      const check = (): void => {
        if (isDone()) finish(() => resolve(text));
        else if (isClosed) fail();
      };
      listeners.add(check);
      check();
    });
  }

  return {
    socket,
    send: (bytes) => void socket.write(bytes, 'latin1'),
    received: (wanted, times = 1) => when(() => text.split(wanted).length > times, `"${wanted}" did not come`),
    ended: () => when(() => isClosed, 'the connection stayed open'),
    hangUp: () => void socket.destroy(),
  };
}

/** Sends bytes on a connection of its own and answers what came back until the server closed it. */
export async function exchangeRaw(port: number, bytes: string | Buffer): Promise<string> {
  const connection = await openRaw(port);
  connection.send(bytes);
  const answer = await connection.ended();
  return answer;
}
