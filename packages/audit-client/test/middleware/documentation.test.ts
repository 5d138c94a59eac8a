import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { MiddlewareSettings } from '../../src/middleware/settings.ts';
import { compileSamples } from '../support/compile-samples.ts';

const HOME = fileURLToPath(new URL('../..', import.meta.url));
/** Inside the package, so that its imports resolve; ignored by git as anything below node_modules. */
const WORK = join(HOME, 'node_modules', '.middleware-examples');

afterAll(() => rmSync(WORK, { recursive: true, force: true }));

/** Each adapter with what its example takes for granted. */
const EXAMPLES = [
  {
    file: 'create-security-events-middleware.ts',
    before: `import express, { type RequestHandler } from 'express';
import { createSecurityEventsMiddleware } from '../../src/middleware/index.ts';
const app = express();
declare const login: RequestHandler;`,
  },
  {
    file: 'fastify/create-fastify-security-events.ts',
    before: `import fastify, { type RouteHandlerMethod } from 'fastify';
import { createFastifySecurityEvents } from '../../src/middleware/fastify/index.ts';
const app = fastify();
declare const login: RouteHandlerMethod;`,
  },
  {
    file: 'hono/create-hono-security-events.ts',
    before: `import { type Context, type Handler, Hono } from 'hono';
import { createHonoSecurityEvents } from '../../src/middleware/hono/index.ts';
const app = new Hono();
declare const login: Handler;`,
  },
] as const;

test('every example compiles against the real types of its framework', () => {
  mkdirSync(WORK, { recursive: true });
  for (const [index, { file, before }] of EXAMPLES.entries()) {
    const source = readFileSync(join(HOME, 'src', 'middleware', file), 'utf8');
    const [, text = ''] = /@example\n([\s\S]*?)\n \*\//.exec(source) ?? [];
    expect(text).toContain('app.');
    writeFileSync(join(WORK, `example-${index}.ts`), `${before}\n${text.replaceAll(/^ \* ?/gm, '')}\nexport {};\n`);
  }
  expect(compileSamples(WORK, '*.ts')).toBe('');
}, 60_000);

test('every option is documented', () => {
  const options = readFileSync(join(HOME, 'src', 'middleware', 'options.ts'), 'utf8');
  const undocumented = Object.keys(MiddlewareSettings.shape).filter(
    (name) => !new RegExp(`\\*/\\n {2}(?:readonly ${name}\\?:|${name}\\?\\()`).test(options),
  );
  expect(undocumented).toEqual([]);
});
