// What faults do beside the wire: to processes, leases, stored state, the emulator, watches and reads.
import type { Gate, Sender } from './gate.ts';
import type { Fault } from './plan.ts';
import { type Reads, isReadFault } from './reads.ts';
import type { Watches } from './watches.ts';
import type { Witness } from './witness.ts';
import type { World } from './world.ts';

/** What can be reached in a life. */
export interface Reach {
  readonly world: World;
  readonly witness: Witness;
  readonly gate: () => Gate;
  readonly watches: ReadonlyMap<Sender, Watches>;
  readonly reads: ReadonlyMap<Sender, Reads>;
  /** Renew deadline of replicas that contend. */
  readonly renewDeadlineMs: number;
}

/** Who sent the write that the fault is aimed at, and the ids that it made. */
export interface Occasion {
  readonly sender: Sender;
  readonly made: readonly string[];
}

/** Does it; resolves when the fault is over, or goes on by itself. */
export async function act(reach: Reach, fault: Fault, { sender, made }: Occasion): Promise<void> {
  if (isReadFault(fault)) return reach.reads.get(sender)?.disturb(fault, made);
  if (fault.kind === 'watch') return reach.watches.get(sender)?.disturb(fault.what, fault.times);
  if (fault.kind === 'pause') return later(fault.ms, () => sender.signal('SIGCONT'));
  if (fault.kind === 'cut') {
    const { channel } = fault;
    reach.gate().cut(sender, { channel, on: true });
    return later(fault.ms, () => reach.gate().cut(sender, { channel, on: false }));
  }
  return tamper(reach, fault, made);
}

async function tamper(
  { world, witness, renewDeadlineMs }: Reach,
  fault: Fault,
  made: readonly string[],
): Promise<void> {
  if (fault.kind === 'drop-lease') {
    witness.leaseDropped(renewDeadlineMs);
    await world.dropLease();
  }
  if (fault.kind === 'store') await world.deface(fault.what, (object) => witness.remember(object));
  if (fault.kind === 'emulator') await world.control('POST', 'faults', fault.rule);
  if (fault.kind === 'vanish') await Promise.all(made.map((id) => world.lose(id)));
}

function later(ms: number, what: () => void): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(() => {
      what();
      resolve();
    }, ms);
  });
}
