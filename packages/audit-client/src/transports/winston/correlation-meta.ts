import { currentCorrelationId } from '../../events/correlation/correlation.ts';

const KEY = 'correlationId';

/**
 * The `defaultMeta` of a winston logger that adds the `correlationId` of the request that runs, if one does, to every
 * record, so that it is in the lines of all its transports.
 *
 * It is read in the call of the logger. Without it the transport takes the id when winston hands it the record, which is
 * later when another transport of the logger holds winston back.
 *
 * @example
 * winston.createLogger({ defaultMeta: correlationMeta({ service: 'shop' }), transports: [createWinstonTransport()] });
 */
export function correlationMeta(meta: object = {}): object {
  // winston copies with Object.assign, which asks a Proxy which keys there are at this moment.
  return new Proxy(
    { ...meta },
    {
      ownKeys: (target) =>
        currentCorrelationId() === null ? Reflect.ownKeys(target) : withKey(Reflect.ownKeys(target)),
      getOwnPropertyDescriptor(target, key) {
        const id = key === KEY ? currentCorrelationId() : null;
        return id === null
          ? Reflect.getOwnPropertyDescriptor(target, key)
          : { value: id, configurable: true, enumerable: true, writable: true };
      },
      get: (target, key): unknown =>
        key === KEY ? (currentCorrelationId() ?? Reflect.get(target, key)) : Reflect.get(target, key),
    },
  );
}

function withKey(keys: readonly (string | symbol)[]): (string | symbol)[] {
  return keys.includes(KEY) ? [...keys] : [...keys, KEY];
}
