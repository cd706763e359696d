// Listener ports that an internet-facing load balancer of a finance region may have (the product's list of ports,
// document 32459), and those refused inside the permitted ranges.

const ALLOWED: readonly (readonly [number, number])[] = [
  [80, 80],
  [443, 443],
  [2800, 3300],
  [5000, 10_000],
  [13_000, 14_000],
  [21_234, 21_234],
  [22_223, 22_223],
  [22_225, 22_225],
];

const REFUSED: ReadonlySet<number> = new Set([
  2967, 2989, 3024, 3074, 3127, 3128, 3129, 3132, 3150, 3198, 3210, 3268, 3269, 5000, 5001, 5002, 5011, 5025, 5031,
  5032, 5190, 5321, 5333, 5343, 5400, 5401, 5402, 5471, 5512, 5521, 5550, 5554, 5555, 5556, 5557, 5569, 5598, 5631,
  5632, 5637, 5638, 5678, 5679, 5698, 5714, 5720, 5741, 5742, 5760, 5880, 5881, 5882, 5888, 5889, 5900, 6000, 6006,
  6073, 6129, 6272, 6267, 6400, 6500, 6661, 6666, 6667, 6668, 6669, 6670, 6671, 6711, 6712, 6713, 6723, 6767, 6771,
  6776, 6777, 6789, 6838, 6883, 6912, 6939, 6969, 6970, 7000, 7001, 7201, 7215, 7300, 7301, 7306, 7307, 7308, 7323,
  7424, 7511, 7597, 7609, 7626, 7777, 7789, 7983, 8000, 8010, 8011, 8102, 8181, 8520, 8594, 8787, 8897, 8989, 9000,
  9080, 9325, 9400, 9401, 9402, 9535, 9872, 9873, 9874, 9875, 9876, 9878, 9989, 9898, 9999, 13_000, 13_010, 13_013,
  13_223, 13_700,
]);

/** Whether a listener may have this port; intranet load balancers and other regions may have any. */
export function portAllowed(about: {
  readonly region: string;
  readonly addressType: string;
  readonly port: number;
}): boolean {
  if (about.addressType !== 'internet' || !about.region.includes('finance')) return true;
  return ALLOWED.some(([from, to]) => about.port >= from && about.port <= to) && !REFUSED.has(about.port);
}
