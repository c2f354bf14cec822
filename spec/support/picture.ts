/**
 * A text of everything about a value that a program could tell apart: types, prototypes, keys in their order, -0, holes, and
 * which of its objects are the same one.
 */
export function picture(value: unknown): string {
  const known = new Map<object, number>();

  function fields(of: object): string {
    const keys = Object.getOwnPropertyNames(of).filter((key) => key !== 'stack');
    const texts = keys.map((key) => {
      const { enumerable, writable, value: held } = Object.getOwnPropertyDescriptor(of, key) ?? {};
      return `${JSON.stringify(key)}${enumerable ? '' : '!'}${writable ? '' : '#'}: ${draw(held)}`;
    });
    return `{${texts.join(', ')}}`;
  }

  function draw(part: unknown): string {
    if (typeof part === 'string') return JSON.stringify(part);
    if (Object.is(part, -0)) return '-0';
    if (typeof part === 'function' || typeof part === 'symbol') return typeof part;
    if (typeof part === 'bigint') return `${part}n`;
    if (typeof part !== 'object' || part === null) return String(part);
    const met = known.get(part);
    if (met !== undefined) return `same as ${met}`;
    known.set(part, known.size);
    const prototype: object | null = Object.getPrototypeOf(part);
    const name = prototype === null ? 'null' : String(prototype.constructor?.name);
    if (part instanceof Date) return `Date ${part.getTime()}`;
    if (part instanceof RegExp) return `RegExp ${part}`;
    if (part instanceof Map) return `Map [${[...part].map(([key, held]) => `${draw(key)}: ${draw(held)}`)}]`;
    if (part instanceof Set) return `Set [${[...part].map(draw)}]`;
    if (ArrayBuffer.isView(part)) {
      const { buffer, byteOffset, byteLength } = part;
      return `${name} ${byteOffset} ${byteLength} ${draw(buffer)}`;
    }
    if (part instanceof ArrayBuffer) return `ArrayBuffer ${[...new Uint8Array(part)]}`;
    if (part instanceof Number || part instanceof String || part instanceof Boolean) {
      return `${name} ${draw(part.valueOf())}`;
    }
    return `${name} ${fields(part)}`;
  }

  return draw(value);
}
