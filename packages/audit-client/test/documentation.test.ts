import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { ENVIRONMENT_NAMES, Settings } from '../src/settings/settings.ts';
import * as client from '../src/index.ts';
import { compileSamples } from './support/compile-samples.ts';

const HOME = fileURLToPath(new URL('..', import.meta.url));
/** Inside the package, so that its imports resolve; ignored by git as anything below node_modules. */
const WORK = join(HOME, 'node_modules', '.doc-examples');

afterAll(() => rmSync(WORK, { recursive: true, force: true }));

function readExamples(): readonly string[] {
  const sources = readdirSync(join(HOME, 'src')).filter((name) => name.endsWith('.ts'));
  const inSource = sources.flatMap((name) =>
    [...readFileSync(join(HOME, 'src', name), 'utf8').matchAll(/@example\n([\s\S]*?)\n \*\//g)].map(([, text = '']) =>
      text.replaceAll(/^ \* ?/gm, ''),
    ),
  );
  const inReadme = [...readFileSync(join(HOME, 'README.md'), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map(
    ([, text = '']) => text,
  );
  return [...inSource, ...inReadme];
}

test('every example compiles', () => {
  const examples = readExamples();
  expect(examples.length).toBeGreaterThanOrEqual(4);
  mkdirSync(WORK, { recursive: true });
  const names = Object.keys(client).join(', ');
  for (const [index, example] of examples.entries()) {
    const imports = example.includes('import ') ? '' : `import { ${names} } from '../../src/index.ts';\n`;
    const text = imports + example.replace("'@auditlane/audit-client'", "'../../src/index.ts'");
    writeFileSync(join(WORK, `example-${index}.ts`), `${text}\nexport {};\n`);
  }
  expect(compileSamples(WORK, '*.ts')).toBe('');
}, 60_000);

test('every option and variable is in the README and in the options, with its default', () => {
  const readme = readFileSync(join(HOME, 'README.md'), 'utf8');
  const options = readFileSync(join(HOME, 'src', 'audit-client.ts'), 'utf8');
  const settings = Object.keys(Settings.shape);
  expect(settings.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  expect(settings.filter((name) => !options.includes(`readonly ${name}?`))).toEqual([]);
  const variables = Object.values(ENVIRONMENT_NAMES);
  expect(variables.filter((name) => !readme.includes(name) || !options.includes(name))).toEqual([]);
  expect(client.REJECTION_REASONS.filter((reason) => !readme.includes(`\`${reason}\``))).toEqual([]);
});
