// The canonical text of an IPv4 network, so that two spellings of one source are one. Anything else keeps its own text.

/** `10.1.2.3/8` becomes `10.0.0.0/8`, a bare address becomes its /32; IPv6 is lower-cased, other text stays as it is. */
export function canonicalCidr(text: string): string {
  const trimmed = text.trim();
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/.exec(trimmed);
  if (match === null) return trimmed.includes(':') ? trimmed.toLowerCase() : trimmed;
  const bytes = match.slice(1, 5).map(Number);
  const length = Number(match[5] ?? 32);
  if (length > 32 || bytes.some((byte) => byte > 255)) return trimmed;
  const masked = bytes.map((byte, index) => byte & ((0xff00 >> Math.min(8, Math.max(0, length - index * 8))) & 0xff));
  return `${masked.join('.')}/${length}`;
}
