// RFC 3339 without `Date`, so that pure code can write and read the times of Kubernetes objects.
// Day arithmetic: the proleptic Gregorian calendar in eras of 400 years, each year starting in March.

const DAY_MS = 86_400_000;
const ERA_DAYS = 146_097;
const EPOCH_SHIFT_DAYS = 719_468;
const PATTERN = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

interface CivilDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

function civilOf(days: number): CivilDay {
  const shifted = days + EPOCH_SHIFT_DAYS;
  const era = Math.floor(shifted / ERA_DAYS);
  const dayOfEra = shifted - era * ERA_DAYS;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

function daysOf({ year, month, day }: CivilDay): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * ERA_DAYS + dayOfEra - EPOCH_SHIFT_DAYS;
}

const pad = (value: number, width: number): string => String(value).padStart(width, '0');

function secondsText(ms: number): string {
  const { year, month, day } = civilOf(Math.floor(ms / DAY_MS));
  const second = Math.floor((((ms % DAY_MS) + DAY_MS) % DAY_MS) / 1000);
  const time = `${pad(Math.floor(second / 3600), 2)}:${pad(Math.floor(second / 60) % 60, 2)}:${pad(second % 60, 2)}`;
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T${time}`;
}

/** `2026-11-24T10:57:00Z` (metav1.Time) from milliseconds since 1970, cut to the second. */
export function formatTime(ms: number): string {
  return `${secondsText(ms)}Z`;
}

/** `2026-11-24T10:57:00.123000Z` (metav1.MicroTime) from milliseconds since 1970. */
export function formatMicroTime(ms: number): string {
  const fraction = ((Math.floor(ms) % 1000) + 1000) % 1000;
  return `${secondsText(ms)}.${pad(fraction, 3)}000Z`;
}

/** Milliseconds since 1970 of an RFC 3339 time; undefined when the text is not one. */
export function parseTime(text: string): number | undefined {
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const part = (index: number): number => Number(match[index] ?? 0);
  const [month, day] = [part(2), part(3)];
  const days = daysOf({ year: part(1), month, day });
  const civil = civilOf(days);
  if (civil.month !== month || civil.day !== day || part(4) > 23 || part(5) > 59 || part(6) > 60) return undefined;
  const offsetMinutes = (match[8] === '-' ? -1 : 1) * (part(9) * 60 + part(10));
  const fraction = Number((match[7] ?? '0').slice(0, 3).padEnd(3, '0'));
  return days * DAY_MS + (part(4) * 3600 + (part(5) - offsetMinutes) * 60 + part(6)) * 1000 + fraction;
}
