/**
 * What a call costs its caller: CPU under load, the synchronous part, and the wait for a receipt at a steady rate, beside
 * a bare awaited LPUSH on a connection of its own. Every cell is a fresh process: garbage of one must not be paid by the next.
 */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Measurement } from '../report.ts';
import type { Stack } from '../stack.ts';

const run = promisify(execFile);
const CELL = resolve(import.meta.dirname, '../caller-cell.ts');
const PART = 'caller';
const CellResult = z.record(z.string(), z.number());

async function runCell(stack: Stack, kind: string, scale: number): Promise<Readonly<Record<string, number>>> {
  const env = {
    ...process.env,
    REDIS_URL: stack.redis.url,
    DATABASE_URL: stack.postgres.url,
    AUDIT_MAX_QUEUE_LENGTH: '5000000',
  };
  const { stdout } = await run(process.execPath, [CELL, kind, String(scale)], { env });
  return CellResult.parse(JSON.parse(stdout));
}

/** Runs every cell once a round, interleaved. */
export async function measureCaller(
  stack: Stack,
  options: { readonly rounds: number; readonly scale: number },
): Promise<readonly Measurement[]> {
  const values = new Map<string, number[]>();
  for (let round = 0; round < options.rounds; round += 1) {
    for (const kind of ['loop', 'saturated', 'steady-lpush', 'steady']) {
      for (const [name, value] of Object.entries(await runCell(stack, kind, options.scale))) {
        values.set(name, [...(values.get(name) ?? []), value]);
      }
    }
  }
  const of = (name: string, unit: string, comparedWith?: string): Measurement => ({
    part: PART,
    name,
    unit,
    values: values.get(name) ?? [],
    ...(comparedWith !== undefined && { comparedWith }),
  });
  return [
    of('the measuring loop alone, CPU of the process an event', 'µs'),
    of('logAudit under load, CPU of the caller an event', 'µs'),
    of('logAudit under load, calls a second', 'calls/s'),
    of('logAudit, synchronous part of a call', 'µs'),
    of('bare LPUSH at 1,000/s, awaited p50', 'ms'),
    of('bare LPUSH at 1,000/s, awaited p99', 'ms'),
    of('logAudit at 1,000/s, awaited p50', 'ms', 'bare LPUSH at 1,000/s, awaited p50'),
    of('logAudit at 1,000/s, awaited p99', 'ms', 'bare LPUSH at 1,000/s, awaited p99'),
  ];
}
