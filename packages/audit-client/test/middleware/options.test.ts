import { expect, test } from 'vitest';
import { AuditError } from '../../src/audit-error.ts';
import { createSecurityEventsMiddleware } from '../../src/middleware/create-security-events-middleware.ts';
import type { SecurityEventsMiddlewareOptions } from '../../src/middleware/options.ts';
import { readOptions } from '../../src/middleware/read-options.ts';

test('the defaults are those that are documented', () => {
  const { getUser, ...defaults } = readOptions(undefined);
  expect(getUser).toBeTypeOf('function');
  expect(defaults).toEqual({
    logAllRequests: false,
    logApiRequests: true,
    logAdminRequests: true,
    logErrors: true,
    requestPriority: 'info',
    apiRequestPriority: 'info',
    adminRequestPriority: 'medium',
    errorPriority: 'high',
    excludePaths: ['/health', '/favicon.ico', '/static', '/metrics'],
    apiPaths: ['/api'],
    adminPaths: ['/admin', '/api/admin'],
    errorStatusFrom: 500,
    userTimeoutMs: 1000,
    correlationHeader: 'x-correlation-id',
    loggingOptions: {},
    flushOnShutdown: true,
  });
});

test('an option that is undefined counts as not given', () => {
  expect(readOptions({ logErrors: undefined, trustProxy: undefined })).toMatchObject({ logErrors: true });
});

const BAD: readonly (readonly [string, unknown])[] = [
  ['logAllRequests', 'yes'],
  ['logApiRequests', 1],
  ['logAdminRequests', null],
  ['logErrors', 'no'],
  ['requestPriority', 'INFO'],
  ['apiRequestPriority', 'urgent'],
  ['adminRequestPriority', 3],
  ['errorPriority', ''],
  ['excludePaths', '/health'],
  ['excludePaths', ['health']],
  ['apiPaths', 'api'],
  ['apiPaths', [/api/]],
  ['adminPaths', 42],
  ['errorStatusFrom', 399],
  ['errorStatusFrom', 600],
  ['errorStatusFrom', 500.5],
  ['trustProxy', 'everybody'],
  ['trustProxy', ['10.0.0.0/64']],
  ['trustProxy', {}],
  ['getUser', 'u-1'],
  ['userTimeoutMs', 0],
  ['userTimeoutMs', 60_001],
  ['correlationHeader', 'x correlation'],
  ['correlationHeader', true],
  ['loggingOptions', true],
  ['loggingOptions', { includeHeaders: 'all' }],
  ['loggingOptions', { includeBody: true }],
  ['flushOnShutdown', 'SIGTERM'],
  ['service', {}],
  ['logger', { info: () => undefined }],
  ['logAllRequest', true],
];

test.each(BAD)('a bad %s is an error at creation that names it: %j', (option, value) => {
  const create = (): unknown =>
    createSecurityEventsMiddleware({ [option]: value } as unknown as SecurityEventsMiddlewareOptions);
  expect(create).toThrow(AuditError);
  expect(create).toThrow(/^The security events middleware has an invalid option: /);
  expect(create).toThrow(option);
});

test('all faults are told at once, and options that are no object are refused', () => {
  const create = (options: unknown) => (): unknown =>
    createSecurityEventsMiddleware(options as SecurityEventsMiddlewareOptions);
  expect(create({ logErrors: 1, userTimeoutMs: 'x' })).toThrow(/logErrors .*; userTimeoutMs /);
  for (const options of [null, [], 'x', 42]) expect(create(options)).toThrow(AuditError);
});
