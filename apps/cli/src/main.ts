/** The command line: `npx auditlane <command>`. `commands.ts` lists the commands, `run.ts` does what was typed. */
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { readTerminalEnv } from './env.ts';
import { run } from './run.ts';
import { createAsker } from './terminal/confirm.ts';
import { toSink } from './terminal/process-sink.ts';

const Manifest = z.object({ version: z.string() });
const { version } = Manifest.parse(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')));

const stdout = toSink(process.stdout);
const stderr = toSink(process.stderr);
const args = process.argv.slice(2);
process.exitCode = await run({ args, stdout, stderr, asker: createAsker(), terminal: readTerminalEnv(), version });
