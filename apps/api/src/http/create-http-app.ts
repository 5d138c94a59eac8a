import type { Logger } from '@auditlane/runtime';
import express from 'express';
import type { Express, NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import { ANONYMOUS, requireScope } from '../access/caller.ts';
import { refuseKeyInQuery } from '../access/identify-caller.ts';
import type { IdentifyCaller } from '../access/identify-caller.ts';
import { Problem } from './problem.ts';
import { requestIdOf } from './request-id.ts';
import type { Route } from './route.ts';
import { repeatsSingleField } from './single-fields.ts';
import { isServerFault, toProblem, writeAnswer, writeProblem } from './write-answer.ts';

/** Fields beyond this are refused; Node itself would drop those above its own limit without a word. */
const MAX_HEADER_FIELDS = 100;

/** Answers are read by programs: a browser that shows one may load, run and frame nothing. TLS is a proxy's matter. */
const SECURITY_HEADERS = {
  contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  frameguard: { action: 'deny' },
  strictTransportSecurity: false,
} as const;

export interface HttpAppOptions {
  readonly routes: readonly Route[];
  readonly identify: IdentifyCaller;
  readonly logger: Logger;
}

/** Builds the Express application: guards, the route tables, and one place that writes refusals. */
export function createHttpApp(options: HttpAppOptions): Express {
  const app: Express = express();
  app.disable('x-powered-by').disable('etag').set('trust proxy', false).set('query parser', false);
  app.use(helmet(SECURITY_HEADERS));
  app.use(guard);
  for (const route of options.routes) {
    app[route.method]([...route.paths], answerWith(route, options.identify));
  }
  for (const [path, methods] of methodsByPath(options.routes)) {
    app.all(path, refuseMethod(methods));
  }
  app.use((request) => {
    // TRACE sends header fields back, the key among them: no path has it, known or not.
    throw request.method === 'TRACE'
      ? new Problem('method_not_allowed', { headers: { allow: 'GET, HEAD, POST, OPTIONS' } })
      : new Problem('not_found');
  });
  app.use(writeRefusal(options.logger));
  return app;
}

/** What every request must satisfy before anything else looks at it. */
function guard(request: Request, response: Response, next: NextFunction): void {
  response.set('x-request-id', requestIdOf(response));
  if (request.rawHeaders.length / 2 > MAX_HEADER_FIELDS) {
    throw new Problem('too_many_headers', { headers: { connection: 'close' } });
  }
  if (repeatsSingleField(request.rawHeaders)) {
    throw new Problem('repeated_header');
  }
  // An absolute target names a host of its own beside the Host field; this server is no proxy and accepts one name only.
  if (!request.url.startsWith('/')) {
    throw new Problem('invalid_target');
  }
  const query = request.url.indexOf('?');
  if (query !== -1) {
    refuseKeyInQuery(new URLSearchParams(request.url.slice(query + 1)));
  }
  next();
}

function answerWith(route: Route, identify: IdentifyCaller) {
  return async (request: Request, response: Response): Promise<void> => {
    const caller = route.scope === null ? ANONYMOUS : await identify(request);
    if (route.scope !== null) {
      requireScope(caller, route.scope);
    }
    const answer = await route.answer({
      id: requestIdOf(response),
      caller,
      params: singleParams(request.params),
      message: request,
      accepts: (types) => request.accepts([...types]) || undefined,
    });
    writeAnswer(response, answer);
  };
}

/** Express allows lists for wildcards, which no path of ours has. */
function singleParams(params: Request['params']): Readonly<Record<string, string>> {
  const entries = Object.entries(params).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []));
  return Object.fromEntries(entries);
}

function methodsByPath(routes: readonly Route[]): ReadonlyMap<string, readonly string[]> {
  const methods = new Map<string, string[]>();
  for (const route of routes) {
    for (const path of route.paths) {
      const served = route.method === 'get' ? ['GET', 'HEAD'] : ['POST'];
      methods.set(path, [...(methods.get(path) ?? []), ...served]);
    }
  }
  return methods;
}

/** OPTIONS is told the methods and nothing of CORS: pages of other origins get no access, with or without a key. */
function refuseMethod(methods: readonly string[]) {
  const allow = [...methods, 'OPTIONS'].join(', ');
  return (request: Request, response: Response): void => {
    if (request.method === 'OPTIONS') {
      response.status(204).set('allow', allow).end();
      return;
    }
    throw new Problem('method_not_allowed', { headers: { allow } });
  };
}

function writeRefusal(logger: Logger) {
  // Express tells an error handler by its four parameters.
  // oxlint-disable-next-line max-params
  return (error: unknown, request: Request, response: Response, next: NextFunction): void => {
    const problem = toProblem(error);
    if (isServerFault(problem)) {
      logger.error(
        { err: error, request_id: requestIdOf(response), method: request.method, path: request.path },
        'request failed',
      );
    }
    if (response.headersSent) {
      next(error);
      return;
    }
    writeProblem(request, response, problem);
  };
}
