import { expect, test } from 'vitest';
import { namesReadBy } from '@auditlane/runtime';
import * as z from 'zod';
import { envSchema } from '../src/env.ts';
import { FleetMetrics } from '../src/monitoring/audit-metrics.ts';
import { ProblemBody } from '../src/openapi/problem-responses.ts';
import { startApi } from './fixtures/start-api.ts';

const Operation = z.looseObject({
  operationId: z.string(),
  responses: z.record(z.string(), z.looseObject({ description: z.string() })),
});
const Document = z.looseObject({
  openapi: z.literal('3.1.0'),
  paths: z.record(z.string(), z.record(z.enum(['get', 'post']), Operation.optional())),
  components: z.looseObject({
    schemas: z.record(
      z.string(),
      z.looseObject({
        properties: z.record(z.string(), z.looseObject({ description: z.string().optional() })).optional(),
      }),
    ),
  }),
});

async function getDocument(env: Record<string, string> = {}) {
  const { url } = await startApi(env);
  const response = await fetch(`${url}/openapi.json`);
  expect(response.headers.get('content-type')).toMatch(/^application\/json/u);
  return Document.parse(await response.json());
}

test('the document names every route that is served', async () => {
  const { paths } = await getDocument();
  expect(Object.keys(paths).toSorted()).toEqual([
    '/api/metrics',
    '/api/v1/events',
    '/api/v1/failed',
    '/api/v1/failed/purge',
    '/api/v1/failed/redrive',
    '/api/v1/failed/{id}',
    '/api/v1/failed/{id}/redrive',
    '/api/v1/monitoring/audit-metrics',
    '/api/v1/monitoring/health',
    '/api/v1/monitoring/live',
    '/metrics',
  ]);
  expect(Object.keys((await getDocument({ ENABLE_METRICS: 'false' })).paths)).not.toContain('/metrics');
});

test('every metric is defined in words', async () => {
  const { components } = await getDocument();
  const properties = components.schemas['FleetMetrics']?.properties ?? {};
  expect(Object.keys(properties)).toEqual(Object.keys(FleetMetrics.shape));
  for (const [name, property] of Object.entries(properties)) {
    expect(property.description?.length, name).toBeGreaterThan(10);
  }
});

test('every refusal is a problem as documented', async () => {
  const { url } = await startApi({});
  const responses = await Promise.all([
    fetch(`${url}/nowhere`),
    fetch(`${url}/metrics?token=x`),
    fetch(`${url}/api/v1/events`, { method: 'POST' }),
    fetch(`${url}/api/v1/events`, { method: 'DELETE' }),
    fetch(`${url}/metrics`, { headers: { authorization: 'Bearer x' } }),
  ]);
  expect(responses.map((response) => response.status)).toEqual([404, 400, 401, 405, 503]);
  for (const response of responses) {
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/u);
    expect(() => ProblemBody.parse).not.toThrow();
    expect(ProblemBody.parse(await response.json())).toMatchObject({
      status: response.status,
      request_id: response.headers.get('x-request-id'),
    });
  }
});

test('env.ts reads exactly the variables that are documented as read by the API', () => {
  expect(Object.keys(envSchema.shape).toSorted()).toEqual(namesReadBy('api').toSorted());
});
