import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SIZING, WORKSPACE_DIR } from '@auditlane/runtime';
import { describe, expect, test } from 'vitest';
import { CONDITIONS } from '../src/monitoring/conditions.ts';
import { REDIS_ACTIONS } from '../src/monitoring/recommendations.ts';

const RUNBOOK = readFileSync(join(WORKSPACE_DIR, 'docs/operations.md'), 'utf8');
const documented = [...RUNBOOK.matchAll(/^\| `([a-z_]+|maintenance_<task>)` \| .+ \| .+ \| .+ \|$/gm)].map(
  ([, id]) => id,
);

describe('docs/operations.md', () => {
  const ids = [...CONDITIONS, ...Object.keys(REDIS_ACTIONS).map((code) => `redis_${code}`), 'maintenance_<task>'];
  test.each(ids)('says once what to do about %s', (id) => {
    expect(documented.filter((each) => each === id)).toHaveLength(1);
  });

  test('tells of no condition that there is not', () => {
    expect(documented.toSorted()).toEqual(ids.toSorted());
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

  test('has every link within it', () => {
    const anchors = [...RUNBOOK.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^a-z0-9 -]/g, '')
        .replaceAll(' ', '-'),
    );
    for (const [, anchor] of RUNBOOK.matchAll(/\]\(#([^)]+)\)/g)) expect(anchors).toContain(anchor);
  });

  test('shows the sizing table that recommendations use', () => {
    const rows = [...RUNBOOK.matchAll(/^\| ([\d,]+) (?:to ([\d,]+)|and more) \| (\d+) \| (\d+) \| (\d+) \|/gm)];
    const shown = rows.map(([, from = '', , workers, batchSize, queueLength]) => ({
      fromPerMinute: Number(from.replaceAll(',', '')),
      workers: Number(workers),
      batchSize: Number(batchSize),
      queueLength: Number(queueLength),
    }));
    expect(shown).toEqual(SIZING);
    // Each range ends where the next one begins.
    expect(rows.slice(0, -1).map((row) => row[2])).toEqual(rows.slice(1).map((row) => row[1]));
  });
});
