import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SIZING, WORKSPACE_DIR } from '@auditlane/runtime';
import { describe, expect, test } from 'vitest';
import { CONDITIONS } from '../src/monitoring/conditions.ts';
import { findingsOf, REDIS_ACTIONS } from '../src/monitoring/recommendations.ts';
import { TROUBLES } from './fixtures/troubles.ts';

function readPage(path: string): string {
  return readFileSync(join(WORKSPACE_DIR, 'docs', path), 'utf8');
}

function toAnchors(page: string): readonly string[] {
  return [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^a-z0-9 _-]/g, '')
      .replaceAll(' ', '-'),
  );
}

const RUNBOOK = readPage('operations.md');
const ROW = /^\| `([a-z_]+|maintenance_<task>)` \| [^|]+ \| ([^|]+) \| [^|]+ \| [^|]+ \|$/gm;
const rows = [...RUNBOOK.matchAll(ROW)].map(([, id = '', severities = '']) => ({ id, severities }));
const documented = rows.map(({ id }) => id);

function toSeverity(clause: string): string {
  return /^(warning|critical): \S/.exec(clause)?.[1] ?? `no severity, or not from when on: ${clause}`;
}

const told = TROUBLES.flatMap((facts) => findingsOf(facts)).map(({ condition, severity }) => ({
  id: condition.replace(/^maintenance_.+/, 'maintenance_<task>'),
  severity,
}));

describe('docs/operations.md', () => {
  const ids = [...CONDITIONS, ...Object.keys(REDIS_ACTIONS).map((code) => `redis_${code}`), 'maintenance_<task>'];
  test.each(ids)('says once what to do about %s', (id) => {
    expect(documented.filter((each) => each === id)).toHaveLength(1);
  });

  test('tells of no condition that there is not', () => {
    expect(documented.toSorted()).toEqual(ids.toSorted());
  });

  test.each(ids)('says how severe %s is, as the rules do, and from when on', (id) => {
    const shown = rows.filter((row) => row.id === id).flatMap(({ severities }) => severities.split('; '));
    const possible = new Set(told.filter((finding) => finding.id === id).map(({ severity }) => severity));
    expect(possible.size).toBeGreaterThan(0);
    expect(shown.map(toSeverity).toSorted()).toEqual([...possible].toSorted());
  });

  test.each([
    'A worker does not start',
    'The queue grows',
    'Batches fail',
    'Events are missing',
    'Memory is high',
    'Events are lost',
  ])('has an entry for the symptom: %s', (symptom) => {
    const [, entry = ''] = RUNBOOK.split(`### ${symptom}\n`);
    expect(entry.split('\n##')[0]?.length).toBeGreaterThan(300);
  });

  test('shows the sizing table that recommendations use', () => {
    const range = /(?:over (?<above>[\d,]+))?(?:, )?(?:up to (?<upTo>[\d,]+))?/;
    const row = new RegExp(`^\\| ${range.source} \\| (?<sizes>\\d+ \\| \\d+ \\| \\d+) \\|`, 'gm');
    const ranges = [...RUNBOOK.matchAll(row)].map(({ groups }) => groups ?? {});
    const shown = ranges.map(({ above = '0', sizes = '' }) => {
      const [workers, batchSize, queueLength] = sizes.split(' | ').map(Number);
      return { abovePerMinute: Number(above.replaceAll(',', '')), workers, batchSize, queueLength };
    });
    expect(shown).toEqual(SIZING);
    // Each range ends where the next one begins.
    expect(ranges.slice(0, -1).map(({ upTo }) => upTo)).toEqual(ranges.slice(1).map(({ above }) => above));
  });
});

test.each(['operations.md', 'dead-letters.md', 'deployment.md'])('the links of docs/%s lead where they say', (name) => {
  for (const [, path = '', anchor] of readPage(name).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)) {
    const target = readPage(path === '' ? name : path);
    if (anchor !== undefined) expect(toAnchors(target), path).toContain(anchor);
  }
});
