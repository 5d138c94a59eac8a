import { EmbeddedError } from '../embedded-error.ts';
import { findFreePort, isPortFree } from '../ports.ts';

const ATTEMPTS = 5;

/**
 * Starts a server on the given port, or on a free one if it is 0. A free port can be taken by someone else between the
 * look and the start, so a start that fails while its port is in use is tried again on another port.
 */
export async function startOnPort<T>(port: number, start: (port: number) => Promise<T>): Promise<T> {
  if (port !== 0 && !(await isPortFree(port))) {
    throw new EmbeddedError('port_taken', `port ${port} of 127.0.0.1 is in use; choose another or end its user`);
  }
  for (let attempt = 1; ; attempt += 1) {
    const chosen = port === 0 ? await findFreePort() : port;
    try {
      return await start(chosen);
    } catch (error) {
      if (await isPortFree(chosen)) throw error;
      if (port !== 0) {
        throw new EmbeddedError('port_taken', `port ${port} of 127.0.0.1 was taken during the start`, { cause: error });
      }
      if (attempt === ATTEMPTS) throw error;
    }
  }
}
