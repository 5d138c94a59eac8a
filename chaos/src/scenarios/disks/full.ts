import { join } from 'node:path';
import { findDiskFault, openSmallDisk, waitFor, type SmallDisk, type TestServer } from '@auditlane/testkit/harness';
import * as z from 'zod';
import type { Scenario } from '../../scenario.ts';
import { isServerAlive, restartServer } from '../../world/heal.ts';
import type { World } from '../../world/world.ts';
import { forMs, underLoad, waitForBacklog } from '../during.ts';

/** More than a cluster takes when it is new. */
const POSTGRES_MB = 256;
const REDIS_MB = 32;
const SPOOL_MB = 8;
const FULL_MS = 2500;

const Stats = z.looseObject({ spool: z.looseObject({ faults: z.number(), bytes: z.number() }) });

/** Restarts a server with one of its folders on a disk that can be filled. */
async function placeOn(world: World, server: TestServer, o: { readonly folder: string; readonly mb: number }) {
  const disk = openSmallDisk(o.mb);
  world.keep(disk);
  await server.halt();
  await disk.adopt(join(server.dataDir, o.folder));
  await restartServer(server);
  return disk;
}

/** What an insert of the runner is answered: the SQLSTATE, or `no SQLSTATE`, or `OK`. */
async function probePostgres(world: World): Promise<string> {
  const insert = `insert into chaos_filler select repeat('x', 2000) from generate_series(1, 200)`;
  return world.pool.query(insert).then(
    () => 'OK',
    (error: Error & { readonly code?: string }) => error.code ?? 'no SQLSTATE',
  );
}

async function fillAof(world: World): Promise<void> {
  const disk = await placeOn(world, world.redisServer, { folder: 'appendonlydir', mb: REDIS_MB });
  await underLoad(world, { rate: 300 }, async () => {
    disk.fill();
    await waitFor(() => !isServerAlive(world.redisServer), { deadlineMs: 30_000, message: 'Redis ends itself' });
    world.happened('Redis ended itself', 1);
    await forMs(FULL_MS);
    disk.free();
    await restartServer(world.redisServer);
  });
}

async function fillTables(world: World): Promise<void> {
  await world.pool.query('create table chaos_filler (text text)');
  const disk = await placeOn(world, world.postgresServer, { folder: 'pgdata/base', mb: POSTGRES_MB });
  await underLoad(world, { rate: 300 }, async () => {
    disk.fill();
    const codes = [await probePostgres(world)];
    await waitForBacklog(world, 300);
    codes.push(await probePostgres(world));
    world.happened('inserts refused with 53100', codes.filter((code) => code === '53100').length, 2);
    disk.free();
  });
}

async function fillWal(world: World): Promise<void> {
  const disk = await placeOn(world, world.postgresServer, { folder: 'pgdata/pg_wal', mb: POSTGRES_MB });
  await underLoad(world, { rate: 300 }, async () => {
    disk.fill();
    // What has room in the segment that is open is still written; the next one has none.
    const isDown = async (): Promise<boolean> => {
      await world.pool.query('select pg_switch_wal()').catch(() => undefined);
      return !isServerAlive(world.postgresServer);
    };
    await waitFor(isDown, { deadlineMs: 60_000, everyMs: 100, message: 'Postgres panics and cannot recover' });
    world.happened('Postgres ended itself', 1);
    await forMs(FULL_MS);
    disk.free();
    await restartServer(world.postgresServer);
  });
}

function openSpoolDisk(world: World): SmallDisk {
  const disk = openSmallDisk(SPOOL_MB);
  world.keep(disk);
  return disk;
}

async function fillSpool(world: World): Promise<void> {
  const disk = openSpoolDisk(world);
  const producer = await world.startProducer({ env: { AUDIT_SPOOL_DIR: join(disk.path, 'spool') } });
  await producer.log(20);
  await world.redisServer.kill();
  await producer.log(100);
  disk.fill();
  producer.burst(400);
  await forMs(FULL_MS);
  const { spool } = Stats.parse(await producer.stats());
  world.happened('writes to the full disk failed', spool.faults);
  world.happened('the producer lives', producer.isAlive() ? 1 : 0);
  disk.free();
  await producer.log(100);
  await restartServer(world.redisServer);
  await producer.log(1);
  // Its spool is not where the runner looks for one: it has to be empty before the disk goes.
  const isEmpty = async (): Promise<boolean> => Stats.parse(await producer.stats()).spool.bytes === 0;
  await waitFor(isEmpty, { deadlineMs: 60_000, everyMs: 50, message: 'the spool is empty' });
}

export const FULL_DISKS: readonly Scenario[] = [
  {
    id: 'R10',
    title: 'the disk of the append-only file is full',
    promise: 'Redis ends itself rather than acknowledge what it cannot write; clients spool meanwhile',
    skip: findDiskFault,
    run: fillAof,
  },
  {
    id: 'P5',
    title: 'the disk of Postgres is full (53100)',
    promise: 'batches wait for room; no dead letter',
    skip: findDiskFault,
    run: fillTables,
  },
  {
    id: 'P6',
    title: 'the WAL volume of Postgres is full: PANIC, and no recovery until there is room',
    promise: 'batches wait for Postgres; no dead letter',
    skip: findDiskFault,
    run: fillWal,
  },
  {
    id: 'C4',
    title: 'the disk of the spool is full while Redis is away',
    promise: 'no receipt without a copy; the application lives, and spools again when there is room',
    world: { producers: 0 },
    skip: findDiskFault,
    run: fillSpool,
  },
];
