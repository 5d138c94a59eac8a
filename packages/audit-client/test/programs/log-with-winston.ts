// Logs through winston with the default service and has nothing left to do.
import { createLogger } from 'winston';
import { createWinstonTransport } from '../../src/transports/winston/index.ts';

const logger = createLogger({ transports: [createWinstonTransport()] });
logger.info('order placed', { userId: 'u1' });
