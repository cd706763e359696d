// When an id counts as gone. Pure: a value per id, changed by sightings and misses, judged by the clock.

/** What is known of one id somebody asked about; times are monotonic milliseconds at which a read started. */
export interface Evidence {
  /** First mention or first sighting by this process. */
  readonly knownAt: number;
  /** Its age no longer protects it: the cloud says it is old, or its delete was accepted. */
  readonly grown: boolean;
  readonly seenAt?: number;
  /** Last whole sweep that lacked it. */
  readonly sweepMissAt?: number;
  readonly firstMissAt?: number;
  readonly lastMissAt?: number;
  readonly absent: boolean;
}

/** Graces in milliseconds. */
export interface Graces {
  readonly absenceMs: number;
  readonly visibilityMs: number;
}

/** Evidence of an id that is heard of for the first time. */
export function firstHeard(now: number): Evidence {
  return { knownAt: now, grown: false, absent: false };
}

/** After a read that showed it; misses older than that read are void, a younger miss stands. */
export function seen(evidence: Evidence, readAt: number): Evidence {
  if ((evidence.lastMissAt ?? -1) > readAt || (evidence.sweepMissAt ?? -1) > readAt) return evidence;
  const { knownAt, grown } = evidence;
  return { knownAt, grown, seenAt: Math.max(readAt, evidence.seenAt ?? 0), absent: false };
}

/** After a whole sweep that lacked it; a sweep that began before the id was known, or before it was seen, proves nothing. */
export function missedBySweep(evidence: Evidence, sweepAt: number): Evidence {
  const { seenAt, knownAt } = evidence;
  return knownAt > sweepAt || (seenAt ?? -1) > sweepAt ? evidence : { ...evidence, sweepMissAt: sweepAt };
}

/** After a whole read by id that lacked it. */
export function missedById(evidence: Evidence, readAt: number): Evidence {
  if ((evidence.seenAt ?? -1) > readAt) return evidence;
  return { ...evidence, firstMissAt: evidence.firstMissAt ?? readAt, lastMissAt: readAt };
}

/** True while its age alone forbids the judgement. */
export function isYoung({ grown, knownAt }: Evidence, now: number, { visibilityMs }: Graces): boolean {
  return !grown && now - knownAt < visibilityMs;
}

/** True when nothing may be concluded from it: missing somewhere and not judged. */
export function isMissing({ absent, sweepMissAt, lastMissAt }: Evidence): boolean {
  return !absent && (sweepMissAt !== undefined || lastMissAt !== undefined);
}

/** True when it may be judged absent: old enough, lacked by a whole sweep and by two reads by id far enough apart. */
export function isConvicted(evidence: Evidence, now: number, graces: Graces): boolean {
  const { sweepMissAt, firstMissAt, lastMissAt } = evidence;
  if (isYoung(evidence, now, graces)) return false;
  if (sweepMissAt === undefined || firstMissAt === undefined || lastMissAt === undefined) return false;
  return lastMissAt - firstMissAt >= graces.absenceMs;
}

/** When the next read by id can bring the judgement forward; undefined when that is not up to a read by id. */
export function nextReadAt(evidence: Evidence, graces: Graces): number | undefined {
  const { firstMissAt, knownAt, grown } = evidence;
  if (evidence.absent || firstMissAt === undefined) return undefined;
  const secondAt = firstMissAt + graces.absenceMs;
  return grown ? secondAt : Math.max(secondAt, knownAt + graces.visibilityMs);
}
