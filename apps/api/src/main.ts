import { runProcess } from '@auditlane/runtime';
import { createApp } from './app.ts';
import { envSchema } from './env.ts';
import { closeServer } from './http/close-server.ts';
import { createServer } from './http/create-server.ts';
import { listen } from './http/listen.ts';

await runProcess({
  name: 'audit-api',
  envSchema,
  async start({ env, logger, stack, signal }) {
    const app = createApp({ env, logger, stack, signal });
    const watching = app.monitor.watch(signal);
    stack.defer(() => watching);

    const server = createServer(app.listener);
    stack.defer(() => closeServer(server));
    const address = await listen(server, { host: env.HOST, port: env.PORT });
    if (address.isMoved) {
      logger.warn({ port: address.port }, 'default port is taken, using the next free one');
    }
    void app.noteSettings();
    logger.info({ url: address.url, host: env.HOST, port: address.port }, 'listening');
  },
});
