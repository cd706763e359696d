// What a tenant who may write our kinds in one namespace can do to others through the operator: nothing. All attempts are made at
// once on one operator; each is judged for itself, and in the end the ledger, the store and everything that is written down.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { CONTROL_PLANE_TIMEOUT_MS, sharedControlPlane } from '../../support/shared-control-plane.ts';
import type { Loose } from '../../support/api-proxy.ts';
import { accountIdOf } from '../../e2e/flows/cloud.ts';
import { storedSince } from './etcd.ts';
import { MARKERS, markersIn } from './markers.ts';
import { ROWS } from './registry.ts';
import { foreignCalls, standing } from './verdict.ts';
import { openYard } from './open.ts';
import type { Yard } from './yard.ts';

describe('attacks: a tenant of one namespace against all others', function () {
  this.timeout(120_000);
  const ends = new Map<string, Promise<unknown>>();
  let opened: Yard | undefined;
  let before_: readonly Loose[] = [];
  const yardOf = (): Yard => {
    assert.ok(opened !== undefined);
    return opened;
  };

  before(async function () {
    this.timeout(CONTROL_PLANE_TIMEOUT_MS);
    const yard = await openYard(await sharedControlPlane());
    opened = yard;
    before_ = await standing(yard);
    for (const { id, play } of ROWS.flatMap(({ attempts }) => attempts)) {
      // The test that waits for it hears of the failure.
      ends.set(
        id,
        play(yard).then(
          () => undefined,
          (error: unknown) => ({ error }),
        ),
      );
    }
  });

  after(() => opened?.stop());

  for (const { title, attempts } of ROWS)
    describe(title, () => {
      for (const { id, sends, defence } of attempts)
        it(`${id} ${sends}: ${defence}`, async () => {
          const end = await ends.get(id);
          if (typeof end === 'object' && end !== null && 'error' in end) throw end.error;
        });
    });

  describe('in the end', () => {
    it('no call of the operator named anything of the other tenant or of strangers', async () => {
      const calls = await foreignCalls(yardOf());
      assert.deepEqual(
        calls.map(({ n, action, params }) => `${n} ${action} ${JSON.stringify(params)}`),
        [],
      );
    });

    it('what the other tenant has stands as it stood', async () => {
      assert.ok(before_.length > 8, `only ${before_.length} resources were there`);
      assert.deepEqual(await standing(yardOf()), before_);
    });

    it('the account that the tenant may not use was asked nothing but who it is', async () => {
      const calls = await yardOf().cloud.calls(accountIdOf(1));
      assert.deepEqual(
        calls.filter(({ mutating }) => mutating).map(({ action }) => action),
        [],
      );
    });

    it('every secret is where it belongs and nowhere else: not in any version of any stored object but its Secret', async function () {
      const { plane, revision } = yardOf();
      if (plane.etcdUrl === undefined || revision === undefined) return this.skip();
      const stored = await storedSince(plane.etcdUrl, revision);
      const holds = stored.flatMap(({ key, value }) => markersIn(value).map((marker) => ({ key, marker })));
      const found = new Set(holds.map(({ marker }) => marker));
      assert.deepEqual(
        Object.keys(MARKERS).filter((marker) => !found.has(marker)),
        [],
        'the search is not blind',
      );
      // The emulator's name of a user is the id of its key.
      const isPlaced = ({ key, marker }: { readonly key: string; readonly marker: string }): boolean =>
        key.startsWith('/registry/secrets/') ||
        (marker.endsWith('Id') && key.startsWith('/registry/financecloud.io/financecloudaccounts/'));
      assert.deepEqual(
        holds.filter((hold) => !isPlaced(hold)),
        [],
      );
    });

    it('nor in the log, the metrics, or the emulator’s ledger and log; user data only in the servers it is for', async () => {
      const yard = yardOf();
      assert.deepEqual(markersIn(readFileSync(yard.operator.logFile, 'utf8')), []);
      assert.deepEqual(markersIn(yard.cloud.emulator.process.tail(5_000)), []);
      const ledger: Loose = await yard.cloud.emulator.control('GET', 'ledger');
      const ids = new Set(['sharedId', 'vaultId']);
      assert.deepEqual(
        markersIn(JSON.stringify(ledger)).filter((marker) => !ids.has(marker)),
        [],
      );
    });
  });
});
