import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { readBatchSettings } from '../../src/events/batching/batch-settings.ts';
import { EVENT_PRIORITIES } from '../../src/events/index.ts';
import { readServiceConfig } from '../../src/events/service/read-service-config.ts';
import { MiddlewareSettings } from '../../src/middleware/settings.ts';
import { PinoOptionsCheck } from '../../src/transports/pino/pino-options-check.ts';
import { WinstonOptionsCheck } from '../../src/transports/winston/winston-options-check.ts';
import { compileSamples } from '../support/compile-samples.ts';

const HOME = fileURLToPath(new URL('../..', import.meta.url));
const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
/** Inside the package, so that its imports resolve; ignored by git as anything below node_modules. */
const WORK = join(HOME, 'node_modules', '.page-examples');
const OF_EVENTS = ['', '-delivery', '-integrations', '-reference'].map((part) => `docs/security-events${part}.md`);
const PAGES = ['README.md', ...OF_EVENTS, 'docs/tuning-security-events.md'];
const { exports: EXPORTS } = z
  .object({ exports: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(HOME, 'package.json'), 'utf8')));

const pages = OF_EVENTS.map((name) => readFileSync(join(ROOT, name), 'utf8')).join('\n');

afterAll(() => rmSync(WORK, { recursive: true, force: true }));

/** An example that imports from the sources; a type that it adds to the client's must be added to the same file. */
function toModule(example: string): string {
  const text = example.replaceAll(/'@auditlane\/audit-client(\/\w+)?'/g, (name, subpath = '') => {
    const source = EXPORTS[`.${subpath}`];
    return source === undefined ? name : `'../../${source.slice(2)}'`;
  });
  return `${text.replace(/declare module '[^']+'/, "declare module '../../src/events/catalogue/security-event-details.ts'")}\nexport {};\n`;
}

test('every example compiles against the client and the frameworks', () => {
  const examples = PAGES.flatMap((name) =>
    [...readFileSync(join(ROOT, name), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text = '']) => text),
  );
  expect(examples.length).toBeGreaterThanOrEqual(15);
  mkdirSync(WORK, { recursive: true });
  for (const [index, example] of examples.entries()) {
    // A type that one example adds must not be there for the next.
    const folder = join(WORK, example.includes('declare module') ? `own-${index}` : 'all');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `example-${index}.ts`), toModule(example).replaceAll("'../../", "'../../../"));
  }
  expect(compileSamples(WORK, 'all/*.ts')).toBe('');
  expect(compileSamples(WORK, 'own-*/*.ts')).toBe('');
}, 120_000);

/** The line of an option in a table of the pages. */
function rowOf(block: string, option: string): string {
  const [, rest = ''] = pages.split(`<!-- generated ${block}: begin -->`);
  const [table = ''] = rest.split(`<!-- generated ${block}: end -->`);
  return table.split('\n').find((line) => line.startsWith(`| \`${option}\` |`)) ?? '';
}

/** A default as the comments write it. */
function toWord(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

test('the defaults of batches on the pages are those of the code', () => {
  const { maxBatchSize, maxWaitTime, ...settings } = readBatchSettings({}).settings;
  for (const [option, value] of Object.entries(settings).filter(([, each]) => each !== undefined)) {
    expect(rowOf('batch options', option)).toContain(`Default ${toWord(value)}.`);
  }
  for (const priority of EVENT_PRIORITIES) {
    expect(rowOf('batch options', 'maxBatchSize')).toMatch(new RegExp(`${priority} ${maxBatchSize[priority]}\\b`));
    expect(rowOf('batch options', 'maxWaitTime')).toMatch(new RegExp(`${priority} ${maxWaitTime[priority]}\\b`));
    const line = pages.split('\n').find((each) => each.startsWith(`| ${priority.toUpperCase()} | `)) ?? '';
    expect(line).toMatch(
      new RegExp(`\\| ${maxBatchSize[priority]} events? \\| ${maxWaitTime[priority].toLocaleString('en')} ms`),
    );
  }
});

/** Each default that is one word is in its row. */
function expectScalars(
  settings: readonly (readonly [string, unknown])[],
  blocks: readonly string[],
  least: number,
): void {
  const scalars = settings.filter(([, value]) => ['boolean', 'number', 'string'].includes(typeof value));
  expect(scalars.length).toBeGreaterThanOrEqual(least);
  for (const [option, value] of scalars) {
    const row = blocks.map((block) => rowOf(block, option)).find((each) => each !== '') ?? '';
    expect(row).toMatch(new RegExp(`(?:Default|default) \`?${toWord(value)}\`?[., ]`));
  }
}

test('the defaults of the service and of the transports on the pages are those of the code', () => {
  expectScalars(Object.entries(readServiceConfig({}).settings), ['service options'], 4);
  expectScalars(Object.entries(WinstonOptionsCheck.parse({})), ['winston options', 'transport options'], 6);
  const { level, ...ofPino } = PinoOptionsCheck.parse({});
  expect(rowOf('pino options', 'level')).toContain(`Default \`info\` (${level}).`);
  expectScalars(Object.entries(ofPino), ['pino options', 'transport options'], 4);
});

test('the warning of the tuning page is the one that the code gives', () => {
  const tuning = readFileSync(join(ROOT, 'docs/tuning-security-events.md'), 'utf8');
  const source = readFileSync(join(HOME, 'src/events/batching/batched-event-processor.ts'), 'utf8');
  const [, warning = ''] = /'(critical events are batched by more than 5[^']*)'/.exec(source) ?? [];
  expect(warning).not.toBe('');
  expect(tuning).toContain(warning);
});

test('the defaults of the middleware on the pages are those of the code', () => {
  const settings = Object.entries(MiddlewareSettings.parse({}));
  expectScalars(settings, ['middleware options'], 9);
  for (const [option, value] of settings.filter(([, each]) => Array.isArray(each))) {
    const row = rowOf('middleware options', option);
    for (const prefix of z.array(z.string()).parse(value)) expect(row).toContain(`\`${prefix}\``);
  }
});
