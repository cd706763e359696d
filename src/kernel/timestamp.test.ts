import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { formatMicroTime, formatTime, parseTime } from './timestamp.ts';

const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const FIRST = Date.parse('0001-01-01T00:00:00Z');

describe('timestamp', () => {
  it('agrees with the platform on every instant', () => {
    fc.assert(
      fc.property(fc.integer({ min: FIRST, max: LAST }), (ms) => {
        const iso = new Date(ms).toISOString();
        assert.equal(formatTime(ms), `${iso.slice(0, 19)}Z`);
        assert.equal(formatMicroTime(ms), `${iso.slice(0, 23)}000Z`);
        assert.equal(parseTime(iso), ms);
      }),
    );
  });

  const cases = [
    { why: 'an offset is subtracted', text: '2026-11-24T18:57:00+08:00', want: Date.UTC(2026, 10, 24, 10, 57) },
    { why: 'microseconds are cut', text: '2026-11-24T10:57:00.123456Z', want: Date.UTC(2026, 10, 24, 10, 57, 0, 123) },
    { why: 'a leap day exists in a leap year', text: '2028-02-29T00:00:00Z', want: Date.UTC(2028, 1, 29) },
    { why: 'no leap day in a common year', text: '2026-02-29T00:00:00Z', want: undefined },
    { why: 'a time without a zone is ambiguous', text: '2026-11-24T10:57:00', want: undefined },
    { why: 'hour 24 does not exist', text: '2026-11-24T24:00:00Z', want: undefined },
    { why: 'free text is not a time', text: 'yesterday', want: undefined },
  ];
  for (const { why, text, want } of cases) it(why, () => assert.equal(parseTime(text), want));
});
