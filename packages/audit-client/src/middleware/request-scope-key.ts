/**
 * Where a request carries its scope. Through the registry of symbols, so that the copies of this package that `import`
 * and `require` load see the same one; the number changes when the shape of the scope does.
 */
export const REQUEST_SCOPE: unique symbol = Symbol.for('auditlane.request.v1');
