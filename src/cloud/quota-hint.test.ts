// The quota headers of the cloud: what is read of them, and what is not believed.
import assert from 'node:assert/strict';
import { quotaHint } from './quota-hint.ts';

const API = 'x-ratelimit-user-api';
const USER = 'x-ratelimit-user';
const all = { limit: 100, remain: 57, resetMs: 31_000 };

describe('quotaHint', () => {
  const texts: readonly (readonly [why: string, text: unknown, is: object | undefined])[] = [
    ['all of it', 'Limit:100,Remain:57,TimeLeft:31000,Reset:1', all],
    ['blanks and another case of letters', ' limit : 100, REMAIN: 57 ,timeleft:31000', all],
    ['nothing remains and the window ends now', 'Limit:100,Remain:0,TimeLeft:0', { limit: 100, remain: 0, resetMs: 0 }],
    ['no limit is named', 'Remain:57,TimeLeft:31000', { remain: 57, resetMs: 31_000 }],
    ['a limit of nothing is none', 'Limit:0,Remain:57,TimeLeft:31000', { remain: 57, resetMs: 31_000 }],
    ['a limit that is no number is none', 'Limit:x,Remain:57,TimeLeft:31000', { remain: 57, resetMs: 31_000 }],
    ['a word without a number', 'Limit:100,Remain:57,TimeLeft:31000,Remain', all],
    ['what remains is missing', 'Limit:100,TimeLeft:31000', undefined],
    ['the time is missing', 'Limit:100,Remain:57', undefined],
    ['less than nothing remains', 'Limit:100,Remain:-1,TimeLeft:31000', undefined],
    ['what remains is no number', 'Limit:100,Remain:x,TimeLeft:31000', undefined],
    ['the time is over', 'Limit:100,Remain:57,TimeLeft:-1', undefined],
    ['the time is no number', 'Limit:100,Remain:57,TimeLeft:x', undefined],
    ['nothing at all', '', undefined],
    ['a list of headers', ['Limit:100,Remain:57,TimeLeft:31000'], undefined],
  ];
  for (const [why, text, is] of texts) {
    it(`${is === undefined ? 'believes nothing' : 'reads'}: ${why}`, () =>
      assert.deepEqual(quotaHint({ [API]: text }), is));
  }

  it("takes the API's own header before the user's, and the user's when the other one cannot be read", () => {
    const user = 'Limit:9,Remain:8,TimeLeft:7';
    assert.deepEqual(quotaHint({ [USER]: user, [API]: 'Limit:100,Remain:57,TimeLeft:31000' }), all);
    for (const headers of [{ [USER]: user }, { [USER]: user, [API]: 'busy' }])
      assert.deepEqual(quotaHint(headers), { limit: 9, remain: 8, resetMs: 7 });
    assert.equal(quotaHint({}), undefined);
  });
});
