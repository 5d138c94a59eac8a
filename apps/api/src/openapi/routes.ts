import { createDocument } from 'zod-openapi';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import type { Route } from '../http/route.ts';

const INFO = {
  title: 'Auditlane',
  version: '1',
  description:
    'Carries audit and security events into Postgres. Send an API key as `Authorization: Bearer`; requests of the machine itself may do without one for what `AUDIT_LOOPBACK_SCOPES` names.',
} as const;

/** Builds the OpenAPI 3.1 document of the routes that are served, from the schemas that they answer with. */
function toOpenApiDocument(routes: readonly Route[]) {
  const paths: Record<string, ZodOpenApiPathsObject[string]> = {};
  for (const route of routes) {
    const [path, ...aliases] = route.paths;
    const also =
      aliases.length === 0
        ? {}
        : { description: `Also served at ${aliases.map((alias) => `\`${alias}\``).join(', ')}.` };
    const documented = path.replaceAll(/:(\w+)/gu, '{$1}');
    paths[documented] = { ...paths[documented], [route.method]: { ...also, ...route.operation } };
  }
  return createDocument({
    openapi: '3.1.0',
    info: INFO,
    servers: [{ url: '/' }],
    security: [{ apiKey: [] }, {}],
    paths,
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key; the scopes it needs are named per route.' },
      },
    },
  });
}

/** Serves the document; it is built once. */
export function openApiRoute(routes: readonly Route[]): Route {
  const document = toOpenApiDocument(routes);
  return {
    method: 'get',
    paths: ['/openapi.json'],
    scope: null,
    operation: { operationId: 'getOpenApi', responses: { '200': { description: 'This document.' } } },
    answer: () => Promise.resolve({ status: 200, json: document }),
  };
}
