/**
 * Loaded into a worker and its children before their program (`--import`): a decoder with a defect that no code can
 * catch. Whatever process decodes an entry that contains the word PILL dies at once, as of `kill -9`.
 */
import { registerHooks } from 'node:module';

const DECODER = 'storing/decode-claim.ts';
const DEADLY = new URL('pill-decoder.ts', import.meta.url).href;

registerHooks({
  resolve(specifier, context, nextResolve) {
    const isOurs = specifier.endsWith(DECODER) && context.parentURL !== DEADLY;
    return isOurs ? { url: DEADLY, shortCircuit: true } : nextResolve(specifier, context);
  },
});

// A child that probes entries is sent them one by one, and this listener hears each before its program does.
process.on('message', (entry) => {
  if (Buffer.isBuffer(entry) && entry.includes('PILL')) process.kill(process.pid, 'SIGKILL');
});
