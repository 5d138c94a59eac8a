import { expect, test } from 'vitest';
import { type BatchError, FanOutEventProcessor, type SecurityEvent } from '../../../src/events/index.ts';
import { toRejection } from '../../../src/receipts.ts';
import { createBatched, eventsOf } from '../support/batched.ts';
import { reject, type Script, ScriptedProcessor, takeAll } from '../support/scripted-processor.ts';

const events = eventsOf('info', 3);

test('every processor gets every batch, and an event is processed when all have it', async () => {
  const [first, second] = [new ScriptedProcessor(), new ScriptedProcessor()];
  const fan = new FanOutEventProcessor([first, second]);
  expect(await fan.process(events)).toMatchObject({ processed: 3, failed: 0 });
  expect([first.ids, second.ids]).toEqual([events.map(({ id }) => id), events.map(({ id }) => id)]);
});

test('those that have taken an event are not asked again while another one is tried again', async () => {
  const first = new ScriptedProcessor();
  const second = new ScriptedProcessor(reject());
  const fan = new FanOutEventProcessor([first, second]);
  const batch = eventsOf('info', 2);
  expect(await fan.process(batch)).toMatchObject({
    processed: 0,
    failed: 2,
    failedIds: batch.map(({ id }) => id),
    refused: [],
  });
  second.answer(takeAll);
  expect(await fan.process(batch)).toMatchObject({ processed: 2, failed: 0 });
  expect([first.batches.length, second.batches.length]).toEqual([1, 2]);
});

test('it rejects when all of them do, with all their errors', async () => {
  const fan = new FanOutEventProcessor([new ScriptedProcessor(reject('one')), new ScriptedProcessor(reject('two'))]);
  await expect(fan.process(eventsOf('info', 1))).rejects.toMatchObject({
    errors: [{ message: 'one' }, { message: 'two' }],
  });
});

test('an event is refused when nobody is left but those that refuse it', async () => {
  const refuse: Script = (batch) => ({
    processed: 0,
    failed: batch.length,
    refused: batch.map(({ id }) => ({ id, reason: 'no' })),
  });
  const refusing = new ScriptedProcessor(refuse);
  const slow = new ScriptedProcessor(reject());
  const fan = new FanOutEventProcessor([refusing, slow]);
  const batch = eventsOf('info', 1);
  expect(await fan.process(batch)).toMatchObject({ failed: 1, refused: [] });
  slow.answer(takeAll);
  expect(await fan.process(batch)).toMatchObject({ failed: 1, refused: [{ id: batch[0]?.id, reason: 'no' }] });
  expect(refusing.batches).toHaveLength(1);
});

test('a refusal keeps what Postgres calls it', async () => {
  const refusing: Script = (batch) => ({
    processed: 0,
    failed: batch.length,
    refused: batch.map(({ id }) => ({ id, reason: 'no', sqlstate: '22P05' })),
  });
  const plain: Script = (batch) => ({
    processed: 0,
    failed: batch.length,
    refused: batch.map(({ id }) => ({ id, reason: 'nor here' })),
  });
  const fan = new FanOutEventProcessor([new ScriptedProcessor(plain), new ScriptedProcessor(refusing)]);
  const batch = eventsOf('info', 1);
  expect(await fan.process(batch)).toMatchObject({
    refused: [{ id: batch[0]?.id, reason: 'nor here; no', sqlstate: '22P05' }],
  });
});

test('without a processor no event counts as processed: in the end it is spooled', async () => {
  for (const targets of [[], null, 'queue']) {
    const fan: FanOutEventProcessor = Reflect.construct(FanOutEventProcessor, [targets]);
    const batch = eventsOf('high', 1);
    await expect(fan.process(batch)).rejects.toMatchObject({
      name: 'NoProcessorError',
      message: 'the fan-out was made without a processor',
    });
    const { batched, processor, kept } = createBatched({ maxRetryAttempts: 0 });
    processor.answer((given: readonly SecurityEvent[]) => fan.process(given));
    expect(await Promise.all(batch.map((event) => batched.addEvent(event)))).toMatchObject([{ status: 'spooled' }]);
    expect(kept).toHaveLength(1);
  }
});

test('what is no processor fails by name, and the others get their events', async () => {
  const good = new ScriptedProcessor();
  for (const bad of [null, 'siem', {}, { process: 'all' }]) {
    const fan: FanOutEventProcessor = Reflect.construct(FanOutEventProcessor, [[good, bad]]);
    const batch = eventsOf('info', 1);
    expect(batch.map((event) => fan.prepare(event))).toEqual([null]);
    expect(await fan.process(batch)).toMatchObject({
      failed: 1,
      refused: [],
      cause: { name: 'NoProcessorError', message: "number 2 of the fan-out's processors has no process" },
    });
    expect(good.ids).toContain(batch[0]?.id);
    await fan.close();
  }
});

test('a target whose client is closed refuses no event that another one may take', () => {
  const closed = Object.assign(new ScriptedProcessor(), { prepare: () => toRejection('closed') });
  const invalid = Object.assign(new ScriptedProcessor(), { prepare: () => toRejection('invalid') });
  const [event] = eventsOf('info', 1);
  if (event === undefined) throw new Error('no event');
  expect(new FanOutEventProcessor([closed, new ScriptedProcessor()]).prepare(event)).toBeNull();
  expect(new FanOutEventProcessor([closed, closed]).prepare(event)).toMatchObject({ reason: 'closed' });
  expect(new FanOutEventProcessor([closed, invalid]).prepare(event)).toMatchObject({ reason: 'invalid' });
});

test('the receipt is the one of the first processor that gives one', async () => {
  const saying =
    (status: string): Script =>
    (batch) => ({
      processed: batch.length,
      failed: 0,
      receipts: batch.map(({ id }) => ({ id, status })),
    });
  const fan = new FanOutEventProcessor([
    new ScriptedProcessor(),
    new ScriptedProcessor(saying('stored')),
    new ScriptedProcessor(saying('queued')),
  ]);
  const batch = eventsOf('info', 1);
  expect(await fan.process(batch)).toMatchObject({ receipts: [{ id: batch[0]?.id, status: 'stored' }] });
});

test('one of them that is down does not lose an event of the others: in the end it is spooled', async () => {
  const good = new ScriptedProcessor();
  const fan = new FanOutEventProcessor([good, new ScriptedProcessor(reject())]);
  const { batched, processor, kept } = createBatched({ retryDelay: 0, maxRetryAttempts: 2 });
  processor.answer((batch: readonly SecurityEvent[]) => fan.process(batch));
  const batch = eventsOf('high', 2);
  expect((await Promise.all(batch.map((event) => batched.addEvent(event)))).map(({ status }) => status)).toEqual([
    'spooled',
    'spooled',
  ]);
  expect([good.ids, kept.map(({ id }) => id)]).toEqual([batch.map(({ id }) => id), batch.map(({ id }) => id)]);
});

test('why one of them fails is announced at each attempt, and is the reason in the end', async () => {
  const fan = new FanOutEventProcessor([new ScriptedProcessor(), new ScriptedProcessor(reject('the siem is away'))]);
  const { batched, processor, warnings } = createBatched({ retryDelay: 0, maxRetryAttempts: 1 });
  processor.answer((batch: readonly SecurityEvent[]) => fan.process(batch));
  const errors: BatchError[] = [];
  const reasons: string[] = [];
  batched.on('batch:error', (error) => errors.push(error));
  batched.on('event:failed', ({ reason }) => reasons.push(reason));
  const [event] = eventsOf('high', 1);
  if (event === undefined) throw new Error('no event');
  await batched.addEvent(event);
  expect(errors.map(({ code, attempt, ids, cause }) => [code, attempt, ids, cause])).toMatchObject([
    ['rejected', 1, [event.id], { message: 'the siem is away' }],
    ['rejected', 2, [event.id], { message: 'the siem is away' }],
  ]);
  expect(reasons).toEqual(['the siem is away']);
  // Whoever listens to nothing reads it in the log.
  expect(warnings[0]).toEqual({
    condition: 'an event processor did not take a batch',
    facts: { err: { message: 'the siem is away' } },
  });
});

test('of several that fail while another one succeeds, all causes are named', async () => {
  const fan = new FanOutEventProcessor([
    new ScriptedProcessor(),
    new ScriptedProcessor(reject('one')),
    new ScriptedProcessor(reject('two')),
  ]);
  expect(await fan.process(eventsOf('info', 1))).toMatchObject({
    failed: 1,
    cause: {
      message: '2 processors of the fan-out did not take the batch',
      errors: [{ message: 'one' }, { message: 'two' }],
    },
  });
});

test('prepare asks each, and close closes each although one fails', async () => {
  const processors = [new ScriptedProcessor(), new ScriptedProcessor(), new ScriptedProcessor()];
  Object.assign(processors[1] ?? {}, {
    prepare: () => ({ status: 'rejected', reason: 'too_large' }),
    close: () => Promise.reject(new Error('no')),
  });
  const fan = new FanOutEventProcessor(processors);
  const [event] = events;
  if (event === undefined) throw new Error('no event');
  expect(fan.prepare(event)).toEqual({ status: 'rejected', reason: 'too_large' });
  await fan.close();
  expect(processors.map(({ closed }) => closed)).toEqual([1, 0, 1]);
});
