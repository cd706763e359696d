// A key that the cloud refuses: every answer has another request id, and still nothing is asked or written in a loop.
import assert from 'node:assert/strict';
import { conditionsOf, startLab } from '../support/lab/lab.ts';
import { LAB_ACCOUNT, accountObjects } from '../support/lab/objects.ts';
import { banks } from '../support/lab/worlds.ts';

describe('a key that the cloud refuses', function () {
  this.timeout(60_000);

  it('is tried every five seconds, told once, and works again when it is mended', async () => {
    const lab = await startLab({ objects: banks(1, 2) });
    try {
      await lab.untilReady(600);
      const secretOf = (key: { readonly id: string; readonly secret: string }) =>
        accountObjects('', key).filter(({ kind }) => kind === 'Secret');
      lab.apply(...secretOf({ id: LAB_ACCOUNT.key, secret: 'of nobody' }));
      const account = () => conditionsOf(lab.get('FinanceCloudAccount', LAB_ACCOUNT.name)?.status);
      const ready = () => account().find(({ type }) => type === 'Ready');
      await lab.until('the account says so', () => ready()?.reason === 'CredentialsInvalid', 900);
      await lab.advance(30);
      const [from, said] = [lab.now(), lab.writes().length];
      await lab.advance(60);
      const asked = lab.calls().filter(({ at, action }) => at >= from && action === 'GetCallerIdentity').length;
      assert.ok(asked >= 6 && asked <= 13, `asked ${asked} times in a minute`);
      assert.equal(lab.writes().length, said, 'a request id is no news');
      // Another release that takes the account for its own writes what it thinks of it, time and again.
      for (const since = lab.now(); lab.now() < since + 60; await lab.advance(0.5))
        lab.edit('FinanceCloudAccount', LAB_ACCOUNT.name, { status: { conditions: [] } });
      const fought = lab.calls().filter(({ at, action }) => at >= from + 60 && action === 'GetCallerIdentity').length;
      assert.ok(fought <= 13, `asked ${fought} times in a minute`);
      lab.apply(...secretOf({ id: LAB_ACCOUNT.key, secret: LAB_ACCOUNT.secret }));
      await lab.untilReady(60);
    } finally {
      await lab.stop();
    }
  });
});
