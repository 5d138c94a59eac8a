/**
 * One header as text, or null: from an object with names in lower case (node, Express, Fastify), or from anything with a
 * `get` (the `Headers` of fetch). Of a repeated header the first. Never throws, whatever `headers` is.
 */
export function readHeader(headers: unknown, name: string): string | null {
  try {
    if (typeof headers !== 'object' || headers === null) return null;
    const value: unknown = Object.hasOwn(headers, name) ? Reflect.get(headers, name) : readByGet(headers, name);
    const first: unknown = Array.isArray(value) ? value[0] : value;
    return typeof first === 'string' ? first : null;
  } catch {
    return null;
  }
}

function readByGet(headers: object, name: string): unknown {
  const get: unknown = Reflect.get(headers, 'get');
  return typeof get === 'function' ? Reflect.apply(get, headers, [name]) : null;
}
