// A status stays under 256 KiB at the largest object: what people read is shortened first, what only spares a question to the
// guests goes next; what safety rests on is never touched. Pure.

/** Bytes of JSON that a status may have; the rest of 256 KiB is left to the managed fields of others. */
export const STATUS_BYTES = 240 * 1024;
const SHORT = 25;

interface Sized {
  readonly drift?: readonly unknown[] | undefined;
  readonly driftOmitted?: number | undefined;
  readonly findings?: readonly unknown[] | undefined;
  readonly findingsOmitted?: number | undefined;
  readonly boots?: readonly unknown[] | undefined;
}

/** The status, shortened as far as it must be; how much was left out is counted. */
export function fitted<S extends Sized>(status: S): S {
  if (fits(status)) return status;
  const short = {
    ...status,
    ...(status.findings === undefined ? {} : cut('findings', status.findings, status.findingsOmitted)),
    ...(status.drift === undefined ? {} : cut('drift', status.drift, status.driftOmitted)),
  };
  return fits(short) ? short : { ...short, boots: undefined };
}

function fits(status: object): boolean {
  return Buffer.byteLength(JSON.stringify(status)) <= STATUS_BYTES;
}

function cut(name: 'findings' | 'drift', entries: readonly unknown[], omitted = 0): object {
  const left = omitted + Math.max(0, entries.length - SHORT);
  return { [name]: entries.slice(0, SHORT), [`${name}Omitted`]: left === 0 ? undefined : left };
}
