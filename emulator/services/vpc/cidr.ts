// IPv4 blocks as numbers.

/** A block: first address and prefix length. */
export interface Block {
  readonly first: number;
  readonly bits: number;
}

const octets = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** The number of a dotted address, or undefined. */
export const parseIp = (text: string): number | undefined => {
  const parts = octets.exec(text)?.slice(1).map(Number);
  if (parts === undefined || parts.some((part) => part > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
};

/** The dotted form. */
export const formatIp = (ip: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(ip / 2 ** shift) % 256).join('.');

/** How many addresses a block has. */
export const sizeOf = (block: Block): number => 2 ** (32 - block.bits);

/** A block from `10.0.0.0/16`; undefined when malformed or when host bits are set. */
export const parseBlock = (text: string): Block | undefined => {
  const [address = '', length = '', more] = text.split('/');
  const first = parseIp(address);
  const bits = /^\d{1,2}$/.test(length) ? Number(length) : 33;
  if (first === undefined || bits > 32 || more !== undefined) return undefined;
  return first % 2 ** (32 - bits) === 0 ? { first, bits } : undefined;
};

/** Whether the second lies inside the first. */
export const contains = (outer: Block, inner: Block): boolean =>
  inner.first >= outer.first && inner.first + sizeOf(inner) <= outer.first + sizeOf(outer);

/** Whether they share an address. */
export const overlaps = (a: Block, b: Block): boolean => a.first < b.first + sizeOf(b) && b.first < a.first + sizeOf(a);
