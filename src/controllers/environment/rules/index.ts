// The ordered list of what is judged about an environment: one rule, one file, one row.
import type { EnvironmentRule } from '../rule.ts';
import { noBastion } from './no-bastion.ts';
import { oddCount } from './odd-count.ts';
import { publicAddressOutsideDmz } from './public-address-outside-dmz.ts';
import { removalNotConfirmed } from './removal-not-confirmed.ts';
import { singlePointOfFailure } from './single-point-of-failure.ts';
import { singleZoneBalancer } from './single-zone-balancer.ts';
import { stickinessOff } from './stickiness-off.ts';
import { unrecordedServer } from './unrecorded-server.ts';

/** In the order in which they are shown. */
export const environmentRules: readonly EnvironmentRule[] = [
  singlePointOfFailure,
  oddCount,
  noBastion,
  publicAddressOutsideDmz,
  singleZoneBalancer,
  stickinessOff,
  unrecordedServer,
  removalNotConfirmed,
];
