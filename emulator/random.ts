// Seeded randomness as plain data: a stream is one number in the world's state, so a snapshot keeps it.

/** The streams: kept apart so that reading more does not change which ids are handed out. */
export interface Streams {
  ids: number;
  durations: number;
  requests: number;
}

/** Streams that differ from one another for one seed. */
export const createStreams = (seed: number): Streams => ({
  ids: (seed ^ 0x9e3779b9) >>> 0,
  durations: (seed ^ 0x85ebca6b) >>> 0,
  requests: (seed ^ 0xc2b2ae35) >>> 0,
});

/** The next number of a stream in [0, 1) (mulberry32). */
export const draw = (streams: Streams, name: keyof Streams): number => {
  streams[name] = (streams[name] + 0x6d2b79f5) >>> 0;
  let t = streams[name];
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
};

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** So many lower-case letters and digits. */
export const drawText = (streams: Streams, name: keyof Streams, length: number): string =>
  Array.from({ length }, () => ALPHABET[Math.floor(draw(streams, name) * ALPHABET.length)]).join('');

/** An upper-case UUID of version 4's form: what the API shows as RequestId. */
export const drawUuid = (streams: Streams, name: keyof Streams): string => {
  const hex = Array.from({ length: 32 }, () => Math.floor(draw(streams, name) * 16).toString(16)).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-A${hex.slice(17, 20)}-${hex.slice(20)}`.toUpperCase();
};
