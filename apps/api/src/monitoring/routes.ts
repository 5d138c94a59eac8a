import type { Metrics } from '@auditlane/runtime';
import * as z from 'zod';
import type { Answer, ApiRequest, Route } from '../http/route.ts';
import { problemResponses } from '../openapi/problem-responses.ts';
import { AuditMetrics } from './audit-metrics.ts';
import { Health, isServing } from './health.ts';
import type { Monitor } from './monitor.ts';
import { renderPrometheus } from './prometheus.ts';

export interface MonitoringOptions {
  readonly monitor: Monitor;
  /** Metrics of this process. */
  readonly metrics: Metrics;
  /** `ENABLE_METRICS`: without it there is no Prometheus text. */
  readonly isPrometheusOn: boolean;
  /** True once the process drains: it answers, but wants no more requests. */
  isDraining(): boolean;
}

const Liveness = z.strictObject({ status: z.literal('alive') }).meta({ id: 'Liveness' });
const JSON_TYPE = 'application/json';
const TEXT_TYPE = 'text/plain';
// What a scraper asks for: parameters must be offered to match.
const PROMETHEUS_TYPE = 'text/plain; version=0.0.4';

/** The routes that answer how the fleet is. */
export function monitoringRoutes(options: MonitoringOptions): readonly Route[] {
  const routes = [auditMetricsRoute(options), healthRoute(options), livenessRoute(), eitherMetricsRoute(options)];
  return options.isPrometheusOn ? [...routes, prometheusRoute(options)] : routes;
}

function auditMetricsRoute({ monitor }: MonitoringOptions): Route {
  return {
    method: 'get',
    paths: ['/api/v1/monitoring/audit-metrics', '/monitoring/audit-metrics'],
    scope: 'monitor',
    operation: {
      operationId: 'getAuditMetrics',
      summary: 'Health, numbers and recommendations over the whole fleet',
      tags: ['Monitoring'],
      responses: {
        '200': { description: 'The fleet now.', content: { [JSON_TYPE]: { schema: AuditMetrics } } },
        ...problemResponses('monitor'),
      },
    },
    answer: async () => ({ status: 200, json: (await monitor.assess()).answer }),
  };
}

function healthRoute({ monitor, isDraining }: MonitoringOptions): Route {
  return {
    method: 'get',
    paths: ['/api/v1/monitoring/health', '/monitoring/health', '/api/health'],
    scope: 'monitor',
    operation: {
      operationId: 'getHealth',
      summary: 'Readiness: does an event become a row now? For load balancers and operators.',
      tags: ['Monitoring'],
      responses: {
        '200': { description: 'Redis, a worker and Postgres are there.', content: { [JSON_TYPE]: { schema: Health } } },
        '503': {
          description: 'One of them is not, or this process is ending. Events are kept by clients meanwhile.',
          content: { [JSON_TYPE]: { schema: Health } },
        },
        ...problemResponses('monitor', { without: ['503'] }),
      },
    },
    answer: async () => {
      const { services, answer } = await monitor.assess();
      const isReady = isServing(services) && !isDraining();
      const status = isReady ? answer.health.status : 'critical';
      return { status: isReady ? 200 : 503, json: { status, services } };
    },
  };
}

function livenessRoute(): Route {
  return {
    method: 'get',
    paths: ['/api/v1/monitoring/live', '/monitoring/live'],
    scope: null,
    operation: {
      operationId: 'getLiveness',
      summary: 'Liveness: this process answers. It looks at nothing else, so an outage of Postgres restarts no API.',
      tags: ['Monitoring'],
      security: [],
      responses: { '200': { description: 'Alive.', content: { [JSON_TYPE]: { schema: Liveness } } } },
    },
    answer: () => Promise.resolve({ status: 200, json: { status: 'alive' } }),
  };
}

function prometheusRoute(options: MonitoringOptions): Route {
  return {
    method: 'get',
    paths: ['/metrics', '/api/v1/metrics'],
    scope: 'monitor',
    operation: {
      operationId: 'getPrometheusMetrics',
      summary: 'The whole fleet as Prometheus text',
      tags: ['Monitoring'],
      responses: {
        '200': { description: 'Metrics `audit_*`.', content: { [TEXT_TYPE]: { schema: z.string() } } },
        ...problemResponses('monitor'),
      },
    },
    answer: () => prometheusAnswer(options),
  };
}

/** The older path: JSON for who asks for JSON or for nothing special, Prometheus text for who asks for text. */
function eitherMetricsRoute(options: MonitoringOptions): Route {
  return {
    method: 'get',
    paths: ['/api/metrics'],
    scope: 'monitor',
    operation: {
      operationId: 'getMetrics',
      summary: 'The audit metrics as JSON, or as Prometheus text for `Accept: text/plain`',
      tags: ['Monitoring'],
      responses: {
        '200': {
          description: 'The fleet now.',
          content: { [JSON_TYPE]: { schema: AuditMetrics }, [TEXT_TYPE]: { schema: z.string() } },
        },
        ...problemResponses('monitor'),
      },
    },
    answer: async (request: ApiRequest) => {
      const chosen = request.accepts([JSON_TYPE, TEXT_TYPE, PROMETHEUS_TYPE]);
      const wantsText = options.isPrometheusOn && chosen !== undefined && chosen !== JSON_TYPE;
      return wantsText ? prometheusAnswer(options) : { status: 200, json: (await options.monitor.assess()).answer };
    },
  };
}

async function prometheusAnswer({ monitor, metrics }: MonitoringOptions): Promise<Answer> {
  const body = await renderPrometheus(await monitor.assess(), metrics);
  return { status: 200, text: { body, contentType: metrics.contentType } };
}
