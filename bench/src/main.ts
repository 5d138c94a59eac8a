/** `npm run bench`: measures on private servers, prints the table, writes it as JSON. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { measureCaller } from './parts/caller.ts';
import { measureDrain } from './parts/drain.ts';
import { describeMachine, toTable, writeResults, type Measurement } from './report.ts';
import { startStack } from './stack.ts';

const RESULTS = resolve(import.meta.dirname, '../results');

const { values } = parseArgs({
  options: {
    parts: { type: 'string', default: 'drain,caller' },
    events: { type: 'string', default: '200000' },
    rounds: { type: 'string', default: '3' },
    scale: { type: 'string', default: '1' },
  },
});
const parts = values.parts.split(',');
const rounds = Number(values.rounds);

await using opened = new AsyncDisposableStack();
const directory = await mkdtemp(join(tmpdir(), 'auditlane-bench-rows-'));
opened.defer(() => rm(directory, { recursive: true, force: true }));
const stack = opened.use(await startStack());

const measured: Measurement[] = [];
if (parts.includes('caller')) measured.push(...(await measureCaller(stack, { rounds, scale: Number(values.scale) })));
if (parts.includes('drain'))
  measured.push(...(await measureDrain(stack, { rounds, events: Number(values.events), directory })));

const command = `npm run bench -- --parts ${values.parts} --events ${values.events} --rounds ${values.rounds}`;
process.stdout.write(
  `${toTable(measured)}\n\n${describeMachine()}; Redis appendfsync always, Postgres synchronous_commit on.\n`,
);
process.stdout.write(`${command}\nwritten to ${await writeResults(RESULTS, measured, command)}\n`);
