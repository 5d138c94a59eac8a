/**
 * Loaded into a worker before its program (`--import`): obeys orders over IPC that make it a bad process. `throw` and
 * `reject` raise an error that nobody catches; `block <ms>` lets its event loop stand still.
 */
const LONGEST_MS = 60_000;

process.on('message', (order) => {
  const [verb, ms] = String(order).split(' ');
  if (verb === 'throw') setImmediate(() => fail());
  if (verb === 'reject') void Promise.reject(new Error('nobody catches me'));
  if (verb === 'block') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.min(Number(ms), LONGEST_MS));
});

function fail(): never {
  throw new Error('nobody catches me');
}
