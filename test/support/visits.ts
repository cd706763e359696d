// One visit to the SecurityZone app over an API server in memory: the steps of the flow can be tested one by one.
import type { CloudSession, SessionState } from '../../src/controllers/sessions.ts';
import { draftOf } from '../../src/controllers/draft.ts';
import type { OwnerKind, Stores } from '../../src/controllers/kind.ts';
import { ObjectMemory } from '../../src/controllers/memory.ts';
import { lookOnlyProgress, progressOfError } from '../../src/controllers/progress.ts';
import { ZONE_RESOURCE } from '../../src/controllers/resources.ts';
import { type Visit, type VisitTools, objectTagOf } from '../../src/controllers/visit.ts';
import { zoneKind } from '../../src/controllers/zone/index.ts';
import type { ZoneRefs } from '../../src/controllers/zone/refs.ts';
import {
  API_VERSION,
  FINALIZER,
  type FinanceCloudAccount,
  type FinanceCloudEnvironment,
  type SecurityZone,
  accountSpec,
} from '../../src/crds/index.ts';
import { silentLogger } from '../../src/kernel/logger.ts';
import { Finalizers } from '../../src/runtime/finalizers.ts';
import { keyOf } from '../../src/runtime/index.ts';
import { OwnWrites } from '../../src/runtime/own-writes.ts';
import { StatusWriter } from '../../src/runtime/status-writer.ts';
import { UID, environment, zone } from './builders.ts';
import { MemoryKube } from './memory-kube.ts';
import { sessionOf } from './session.ts';
import { storesOf } from './stores.ts';
import { VirtualClock, seededRandom } from './virtual-clock.ts';

/** FinanceCloudAccount production, which every namespace may use unless told. */
export function account(spec: Partial<FinanceCloudAccount['spec']> = {}): FinanceCloudAccount {
  const declared = accountSpec.parse({
    accountId: '1234567890123456',
    credentials: { type: 'AccessKey', accessKey: { secretRef: { name: 'production-access-key' } } },
    allowedNamespaces: ['*'],
  });
  return {
    apiVersion: API_VERSION,
    kind: 'FinanceCloudAccount',
    metadata: { name: 'production', uid: UID.account, resourceVersion: '1', generation: 1 },
    spec: { ...declared, ...spec },
  };
}

/** What a visit finds; everything is in order unless told. */
export interface VisitScene {
  readonly object?: SecurityZone;
  readonly environment?: FinanceCloudEnvironment | undefined;
  readonly stores?: Partial<Stores>;
  readonly session?: CloudSession;
  /** What is in the way of a session. */
  readonly state?: SessionState;
  readonly visit?: Partial<Visit<SecurityZone, ZoneRefs>>;
  readonly kind?: Partial<OwnerKind<SecurityZone, ZoneRefs>>;
}

/** A visit, what it works with, and the server that its object is on. */
export function zoneVisit(scene: VisitScene = {}) {
  const clock = new VirtualClock();
  const kube = new MemoryKube();
  const before: SecurityZone = kube.put(ZONE_RESOURCE, scene.object ?? zone({ finalizers: [FINALIZER] }));
  const home = 'environment' in scene ? scene.environment : environment();
  const stores: Stores = {
    ...storesOf({ accounts: [account()], environments: home === undefined ? [] : [home], zones: [before] }),
    ...scene.stores,
  };
  const session = scene.session ?? sessionOf().session;
  const heard: { readonly before: unknown; readonly after: unknown }[] = [];
  const lead = { leads: true };
  const ownWrites = new OwnWrites(clock);
  const on = { kube, kind: ZONE_RESOURCE, ownWrites };
  const kind = { ...zoneKind, ...scene.kind };
  const tools: VisitTools<SecurityZone, ZoneRefs> = {
    kind,
    stores,
    sessions: { of: () => scene.state ?? { kind: 'ready', session } },
    clock,
    settings: {
      install: 'finance-cloud',
      namespace: 'finance-cloud-system',
      sweepSeconds: 60,
      absenceGraceSeconds: 30,
      visibilityGraceSeconds: 900,
      zoneReturnSeconds: 600,
    },
    trust: { unseenMs: 900_000, seenMs: 30_000 },
    heard: (was, is) => heard.push({ before: was, after: is }),
    planned: () => undefined,
    progressOfError,
    lookOnlyProgress,
    readLive: (ref) => kube.get(ZONE_RESOURCE, ref),
    leads: () => lead.leads,
    readScripts: () => Promise.resolve(new Map()),
    writer: new StatusWriter<SecurityZone>({ ...on, clock, random: seededRandom(1), log: silentLogger }),
    finalizers: new Finalizers<SecurityZone>({ ...on, finalizer: FINALIZER }),
  };
  const visit: Visit<SecurityZone, ZoneRefs> = {
    object: before,
    session: undefined,
    draft: draftOf(before.status),
    key: keyOf(before.metadata),
    refs: kind.resolve(before, stores),
    environment: home,
    dependency: undefined,
    mode: 'Enforce',
    deletionPolicy: 'Retain',
    suspended: false,
    memory: new ObjectMemory(),
    objectTag: objectTagOf(before),
    scripts: new Map(),
    built: false,
    now: clock.now(),
    monotonic: clock.monotonic(),
    log: silentLogger,
    ...scene.visit,
  };
  const stored = () => kube.peek(ZONE_RESOURCE, keyOf(before.metadata));
  const ready = () => stored()?.status?.conditions?.find(({ type }) => type === 'Ready');
  return { visit, tools, kube, clock, session, heard, lead, stored, ready };
}
