import { appendFileSync, readdirSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { waitFor } from '@auditlane/testkit/harness';
import type { Scenario } from '../../scenario.ts';
import { countSpooledBytes, restartServer } from '../../world/heal.ts';
import type { World } from '../../world/world.ts';
import { forMs } from '../during.ts';
import { findProgram } from '../programs.ts';

const YEARS_MS = 10 * 365 * 86_400_000;

/** Fills the spool while Redis is away, and kills the producer that wrote it. */
async function dieWithSpool(world: World): Promise<void> {
  await world.producer.log(10);
  await world.redisServer.kill();
  await world.producer.log(500);
  await world.producer.process.kill();
  world.happened('bytes spooled at the kill', countSpooledBytes(world.spoolDir));
}

async function bringRedisBack(world: World): Promise<void> {
  await restartServer(world.redisServer);
  const heir = await world.startProducer();
  await heir.log(1);
}

export const DEATHS: readonly Scenario[] = [
  {
    id: 'C1',
    title: 'producer killed with events that have no receipt yet',
    promise: 'those were never acknowledged; all that were are stored',
    async run(world) {
      await world.producer.log(100);
      for (let round = 0; round < 20; round += 1) world.producer.burst(200);
      await forMs(world.random.integer(20, 120));
      const end = await world.producer.process.kill();
      world.happened('producer killed', end.signal === 'SIGKILL' ? 1 : 0);
    },
  },
  {
    id: 'C2',
    title: 'producer killed with events in its spool',
    promise: 'the next process adopts the spool',
    async run(world) {
      await dieWithSpool(world);
      await bringRedisBack(world);
    },
  },
  {
    id: 'C5',
    title: 'an fsync of the spool fails with EIO',
    promise: 'the descriptor is given up; nothing is acknowledged that was not synced',
    skip: () => findProgram('strace'),
    async run(world) {
      await world.producer.log(10);
      await world.redisServer.kill();
      const pid = String(world.producer.process.pid);
      const fault = 'inject=fsync,fdatasync:error=EIO:when=3+5';
      const strace = spawn('strace', ['-f', '-p', pid, '-e', 'trace=fsync,fdatasync', '-e', fault]);
      let output = '';
      strace.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
      const ended = once(strace, 'exit');
      await waitFor(() => output.includes('attached'), { message: 'strace holds the producer' });
      for (let round = 0; round < 20; round += 1) await world.producer.log(20);
      strace.kill('SIGINT');
      await ended;
      world.happened('fsyncs failed', output.split('(INJECTED)').length - 1);
      await restartServer(world.redisServer);
    },
  },
  {
    id: 'C6',
    title: 'the last record of a spool is torn',
    promise: 'what is whole is replayed; a torn tail was never acknowledged',
    async run(world) {
      await dieWithSpool(world);
      const names = readdirSync(world.spoolDir, { recursive: true, encoding: 'utf8' });
      const segments = names.filter((name) => name.endsWith('.spool'));
      for (const name of segments) appendFileSync(join(world.spoolDir, name), Buffer.from([0, 0, 1, 0, 7, 7, 7]));
      world.happened('segments with a torn tail', segments.length);
      await bringRedisBack(world);
    },
  },
  {
    id: 'C7',
    title: 'clocks of producers are wrong by ten years',
    promise: 'stored all the same, once',
    async run(world) {
      for (const skewMs of [YEARS_MS, -YEARS_MS]) {
        const wrong = await world.startProducer({ env: { CHAOS_SKEW_MS: String(skewMs) } });
        world.happened('receipts with a wrong clock', (await wrong.log(100)).length, 100);
      }
    },
  },
  {
    id: 'C9',
    title: 'Redis hangs for 10 s',
    promise: 'receipts come from the spool, or not at all; never from memory',
    async run(world) {
      await world.producer.log(10);
      world.redisServer.signal('SIGSTOP');
      await world.producer.load({ rate: 200 });
      await forMs(10_000);
      world.happened('bytes spooled meanwhile', countSpooledBytes(world.spoolDir));
      world.redisServer.signal('SIGCONT');
    },
  },
  {
    id: 'C10',
    title: 'process.exit without a flush',
    promise: 'what had no receipt was never acknowledged',
    async run(world) {
      await world.producer.log(50);
      for (let round = 0; round < 10; round += 1) world.producer.burst(200);
      await world.producer.exit();
      world.happened('producer exited', world.producer.isAlive() ? 0 : 1);
    },
  },
  {
    id: 'C11',
    title: 'critical events while Postgres is away',
    promise: 'a receipt names the level that was reached, never "stored"',
    async run(world) {
      await world.producer.log(20, 'critical');
      await world.postgresServer.halt();
      const ids = await world.producer.log(100, 'critical');
      world.happened('receipts without Postgres', ids.length, 100);
      await waitFor(() => world.postgresServer.restart().then(() => true), { deadlineMs: 60_000 });
    },
  },
  {
    id: 'C12',
    title: 'a burst of 100,000 calls nobody waits for, in a heap of 128 MB',
    promise: 'memory stays bounded; what does not fit is refused with a reason',
    world: { producers: 0 },
    async run(world) {
      const bursting = await world.startProducer({ nodeArgs: ['--max-old-space-size=128'] });
      await bursting.log(1);
      for (let round = 0; round < 100; round += 1) bursting.burst(1000);
      await bursting.log(1);
      world.happened('the producer lives', bursting.isAlive() ? 1 : 0);
    },
  },
];
