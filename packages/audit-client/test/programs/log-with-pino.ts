// Logs through pino with the transport in a worker thread, and ends as END says: by itself, or by process.exit.
import pino from 'pino';
import { runWithCorrelation } from '../../src/index.ts';
import { correlationMixin } from '../../src/transports/pino/index.ts';

const target = new URL('../../src/transports/pino/index.ts', import.meta.url).href;
const options = { level: 'info', source: 'shop', config: { batchProcessing: { enableDeduplication: false } } };
const logger = pino({ level: 'trace', mixin: correlationMixin }, pino.transport({ target, options }));

logger.debug('below the level');
runWithCorrelation('request-1', () => logger.child({ userId: 'u1' }).info({ cart: { items: 3 } }, 'order placed'));
logger.error(Object.assign(new TypeError('declined'), { code: 'E_CARD' }), 'payment failed');
if (process.env['END'] === 'exit') process.exit(0);
