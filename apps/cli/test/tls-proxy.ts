/** A server with TLS by an authority that nobody knows, in front of one without. */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createServer } from 'node:tls';
import { onTestFinished } from 'vitest';

/** The certificate, which is its own authority. Made for these tests: nothing else trusts it. */
export const AUTHORITY_FILE = new URL('./fixtures/private-authority.pem', import.meta.url).pathname;
const KEY_FILE = new URL('./fixtures/private-authority.key', import.meta.url).pathname;

/** Resolves with the port; closed when the test has finished. */
export async function startTlsProxy(targetPort: number): Promise<number> {
  const server = createServer({ cert: readFileSync(AUTHORITY_FILE), key: readFileSync(KEY_FILE) }, (socket) => {
    const target = connect(targetPort, '127.0.0.1');
    socket.on('error', () => target.destroy());
    target.on('error', () => socket.destroy());
    socket.pipe(target).pipe(socket);
  });
  onTestFinished(() => void server.close());
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(Number(Object(server.address()).port)));
  });
}
