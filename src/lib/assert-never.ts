// Has every case of a union been handled? The compiler answers; at run time an impossible value stops the request.
export function assertNever(value: never): never {
  throw new TypeError(`unhandled case: ${JSON.stringify(value)}`);
}
