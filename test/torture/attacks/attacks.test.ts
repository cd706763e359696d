// What a tenant who may write our kinds in one namespace can do to others through the operator: nothing. All attempts are made at
// once on one operator; each is judged for itself, and in the end the ledger, the store and everything that is written down.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONTROL_PLANE_TIMEOUT_MS, sharedControlPlane } from '../../support/shared-control-plane.ts';
import type { Loose } from '../../support/api-proxy.ts';
import { accountIdOf } from '../../e2e/flows/cloud.ts';
import { metricsOf } from './endpoints.ts';
import { storedSince } from './etcd.ts';
import { MARKERS, markersIn } from './markers.ts';
import { ROWS } from './registry.ts';
import { foreignCalls, standing, userDataOf } from './verdict.ts';
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
    const began = performance.now();
    const yard = await openYard(await sharedControlPlane());
    opened = yard;
    before_ = await standing(yard);
    const ready = performance.now();
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
    const seconds = (ms: number): string => `${(ms / 1000).toFixed(0)} s`;
    const end = Promise.all(ends.values());
    void end.then(() =>
      process.stdout.write(
        `      set up in ${seconds(ready - began)}, played in ${seconds(performance.now() - ready)}\n`,
      ),
    );
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

    it('nor in the log of the operator or the API server, the metrics, or the emulator’s ledger and log', async () => {
      const yard = yardOf();
      const metrics = await metricsOf(yard);
      assert.match(metrics, /^operator_events_total\{/m, 'the search is not blind');
      const files = [yard.operator.logFile, ...globSync(join(yard.plane.dataDir, '*.log'))];
      const texts = [
        metrics,
        yard.cloud.emulator.process.tail(5_000),
        ...files.map((file) => readFileSync(file, 'utf8')),
      ];
      assert.deepEqual(texts.flatMap(markersIn), []);
      const ledger: Loose = await yard.cloud.emulator.control('GET', 'ledger');
      const calledAs = new Set(['sharedId', 'vaultId']);
      assert.deepEqual(
        markersIn(JSON.stringify(ledger)).filter((marker) => !calledAs.has(marker)),
        [],
      );
    });

    it('user data of the other tenant is in their servers only', async () => {
      const yard = yardOf();
      const servers = (await yard.cloud.living(accountIdOf(0))).filter(({ type }) => type === 'instance');
      const holders = await Promise.all(
        servers.map(async (server) => (markersIn(await userDataOf(yard, server.id)).length > 0 ? [server] : [])),
      );
      const owners = holders.flat().map(({ tagsNow }) => tagsNow['financecloud.io/object']);
      const theirs = `FinanceCloudEnvironment/${yard.b}/bank`;
      assert.deepEqual(owners, [theirs, theirs]);
    });
  });
});
