/* Reading foreign objects without running their code: only data properties count. */

const MAX_PROTOTYPES = 8;

/** The value of an own or inherited data property; undefined for an accessor or none. May throw what a Proxy throws. */
export function readDataProperty(target: object, key: string): unknown {
  let holder: object | null = target;
  for (let steps = 0; holder !== null && steps < MAX_PROTOTYPES; steps += 1) {
    const descriptor = Object.getOwnPropertyDescriptor(holder, key);
    if (descriptor !== undefined) {
      const value: unknown = descriptor.value;
      return value;
    }
    holder = prototypeOf(holder);
  }
  return undefined;
}

function prototypeOf(target: object): object | null {
  const prototype: unknown = Object.getPrototypeOf(target);
  return typeof prototype === 'object' ? prototype : null;
}

/** The name of a function or class as it was defined, or "". */
export function readName(value: unknown): string {
  if (typeof value !== 'function') return '';
  const name: unknown = Object.getOwnPropertyDescriptor(value, 'name')?.value;
  return typeof name === 'string' ? name.slice(0, 100) : '';
}

/** The name of an object's class, or "Object". */
export function readClassName(target: object): string {
  return readName(readDataProperty(target, 'constructor')) || 'Object';
}
