import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { copyHeaders } from '../../src/middleware/copy-headers.ts';
import { createExclusion, createPathMatcher } from '../../src/middleware/path-rule.ts';
import { readPath } from '../../src/middleware/request-path.ts';
import { readRoutePattern } from '../../src/middleware/route-pattern.ts';

describe('the path of a request', () => {
  test.each([
    ['/a/b?c=d', '/a/b'],
    ['/a/b', '/a/b'],
    ['/?/x', '/'],
    ['/a#b?c', '/a'],
    ['http://host/a/b?c', '/a/b'],
    ['http://host', '/'],
    ['http://user:pass@host?q=1', '/'],
    ['*', '*'],
    ['', ''],
    ['//evil/a', '//evil/a'],
    ['/%61%2f', '/%61%2f'],
  ])('of %j is %j', (url, path) => {
    expect(readPath({ url })).toBe(path);
  });

  test('is that of originalUrl where a router has cut off its own part, and nothing where there is none', () => {
    expect(readPath({ url: '/b', originalUrl: '/a/b?c' })).toBe('/a/b');
    expect(readPath({ url: '/b', originalUrl: 42 })).toBe('/b');
    expect(readPath({})).toBe('');
  });

  test('of a long URL is its first 1024 characters', () => {
    expect(readPath({ url: `/${'x'.repeat(1_000_000)}` })).toBe(`/${'x'.repeat(1023)}`);
    expect(readPath({ url: `/x?${'y'.repeat(1_000_000)}` })).toBe('/x');
    expect(readPath({ url: `http://${'h'.repeat(1_000_000)}/x` })).toBe('/');
  });

  test('keeps nothing of a long URL alive but itself', () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    collect();
    const before = process.memoryUsage().heapUsed;
    const paths = Array.from({ length: 64 }, (_one, index) => readPath({ url: `/${index}${'x'.repeat(1_000_000)}` }));
    collect();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(16_000_000);
    expect(paths).toHaveLength(64);
  });
});

describe('the pattern of a route', () => {
  test.each([
    [{ baseUrl: '/api/users', route: { path: '/:id' }, url: '/api/users/7' }, '/api/users/:id'],
    [{ baseUrl: '/api', route: { path: '/' }, url: '/api' }, '/api'],
    [{ baseUrl: '', route: { path: '/' }, url: '/' }, '/'],
    [{ baseUrl: '', route: { path: '/users/:id' }, originalUrl: '/api/v1/users/7?x' }, '/api/v1/users/:id'],
    [{ baseUrl: '', route: { path: '/users/*rest' }, originalUrl: '/api/users/7/8' }, '/users/*rest'],
    [{ baseUrl: '', route: { path: '/users/:id' }, originalUrl: '/users/7' }, '/users/:id'],
    [{ baseUrl: '/x', route: { path: /^\/a(b)?$/ }, url: '/x/ab' }, '/x^\\/a(b)?$'],
    [{ baseUrl: '', route: { path: ['/a', '/b'] }, url: '/b' }, '/a|/b'],
    [{ route: { path: '/a' }, url: '/a' }, '/a'],
    [{ baseUrl: {}, route: { path: 42 }, url: '/a' }, null],
    [{ baseUrl: '', route: null, url: '/a' }, null],
    [{ baseUrl: '', url: '/a' }, null],
    [{ route: {}, url: '/a' }, null],
  ])('of %j is %j', (request, pattern) => {
    expect(readRoutePattern(request)).toBe(pattern);
  });
});

describe('prefixes of paths', () => {
  const isApi = createPathMatcher(['/api', '/rest/']);
  const isExcluded = createExclusion(['/health', '/static']);

  test.each([
    '/api',
    '/api/',
    '/api/users',
    '/API/users',
    '/Api',
    '/rest',
    '/rest/x',
    '/%61pi/x',
    '//api/x',
    '/api;v=1',
    '/api%2fx',
    '/%61pi/%ff',
    '/%61pi%2f%ff',
    '/x/../api/users',
    '/./api',
    '/x/%2e%2e/api',
    '/x\\..\\api',
    '/../api',
    '/api/../x',
    '/x/../%2e/api/.',
  ])('%s is below /api or /rest', (path) => {
    expect(isApi(path, null)).toBe(true);
  });

  test.each(['/apiary', '/', '', '*', '/x/api', '/restful', '/%zz', 'api', '/x/./api', '/x/.../api'])(
    '%s is not',
    (path) => {
      expect(isApi(path, null)).toBe(false);
    },
  );

  test('"/" is above every path', () => {
    expect(createPathMatcher(['/'])('/x', null)).toBe(true);
  });

  test.each(['/health', '/health/live', '/HEALTH', '/static/app.js', '/static/my%20file.pdf'])(
    '%s is left out',
    (path) => {
      expect(isExcluded(path)).toBe(true);
    },
  );

  test.each([
    '/healthcare',
    '/static/../admin',
    '/static/%2e%2e/admin',
    '/static/..%2Fadmin',
    '/static\\..\\admin',
    '/health;x=1',
    '/health/a%5cb',
    '/%68ealth',
    '//health',
    '/x/health',
  ])('%s is not left out', (path) => {
    expect(isExcluded(path)).toBe(false);
  });
});

describe('copied headers', () => {
  test.each([
    'authorization',
    'proxy-authorization',
    'cookie',
    'set-cookie',
    'x-api-key',
    'x-auth-token',
    'x-csrf-token',
    'x-xsrf-token',
    'x-amz-security-token',
    'x-session-id',
    'x-forwarded-client-cert',
    'api-secret',
    'x-user-password',
    'x-hub-signature',
    'x-goog-iap-jwt-assertion',
  ])('%s is masked', (name) => {
    expect(copyHeaders({ [name]: 'abc' })).toEqual({ [name]: '[REDACTED]' });
  });

  test('the rest is kept as it is, cut and counted', () => {
    expect(copyHeaders({ accept: 'text/html', via: ['a', 'b'], odd: 42 })).toEqual({
      accept: 'text/html',
      via: 'a, b',
    });
    expect(copyHeaders({ 'x-long': 'y'.repeat(5000) })).toEqual({ 'x-long': 'y'.repeat(1024) });
    const many = Object.fromEntries(Array.from({ length: 150 }, (_one, index) => [`x-${index}`, 'v']));
    const copy = copyHeaders(many);
    expect(Object.keys(copy)).toHaveLength(101);
    expect(copy['_dropped_headers']).toBe(50);
  });

  test.each(['Authorization', 'X-Amz-Security-Token', 'X-Session-Id', 'COOKIE'])(
    '%s is masked as well, as other servers write it',
    (name) => {
      expect(copyHeaders({ [name]: 'abc' })).toEqual({ [name]: '[REDACTED]' });
    },
  );

  test.each([
    ['Referer', 'https://x.example/a?token=s3cret', 'https://x.example/a'],
    [':path', '/a?token=s3cret', '/a'],
    ['x-original-uri', '/a?token=s3cret#b', '/a'],
    ['hx-current-url', 'https://x.example/#token=s3cret', 'https://x.example/'],
    ['accept', 'text/*?', 'text/*?'],
    ['sec-ch-ua-mobile', '?0', '?0'],
  ])('%s: %s keeps no query of a URL', (name, value, kept) => {
    expect(copyHeaders({ [name]: value })).toEqual({ [name]: kept });
  });

  test('a list tells no names from values, so nothing of it is kept', () => {
    expect(copyHeaders(['authorization', 'Bearer s3cret'])).toEqual({});
    expect(copyHeaders([['authorization', 'Bearer s3cret']])).toEqual({});
  });

  test('names of Object.prototype are plain keys', () => {
    const copy = copyHeaders(JSON.parse('{"__proto__":"a","constructor":"b","toString":"c"}'));
    expect(Object.keys(copy).toSorted()).toEqual(['__proto__', 'constructor', 'toString']);
    expect(Object.getPrototypeOf(copy)).toBeNull();
  });
});
