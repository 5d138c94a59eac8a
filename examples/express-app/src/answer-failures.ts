import type { ErrorRequestHandler, Express } from 'express';
import type { SecurityEvents } from './security-events.ts';

/** The end of every request that failed: the middleware notes the error, the logger tells it, the client hears nothing of it. */
export function answerFailures(app: Express, { middleware, logger }: SecurityEvents): void {
  app.use(middleware.errorHandler);
  // oxlint-disable-next-line max-params -- Express knows an error handler by its four parameters
  const answer: ErrorRequestHandler = (error, request, response, next) => {
    const status = toStatus(error);
    // What a client got wrong is no line for the operator; the middleware has made an event of it all the same.
    if (status === 500) logger.error('a request failed', { error, path: request.path });
    if (response.headersSent) {
      next(error);
      return;
    }
    response.set('connection', 'close').status(status).json({ error: 'this did not work' });
  };
  app.use(answer);
}

/** Express and its parts say by `status` when a failure is the client's. */
function toStatus(error: unknown): number {
  const status: unknown = typeof error === 'object' && error !== null && 'status' in error ? error.status : null;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}
