// Start, stop, reboot: one server, or a batch that is all or nothing (AllTogether) or as far as it goes (SuccessFirst).

import { refuseDryRun } from '../../refusal.ts';
import type { Answer, Call, Operation } from '../../service.ts';
import { move } from './steps.ts';
import { type Instance, instances } from './tables.ts';

/** Why a server cannot take an operation now. */
interface Objection {
  readonly code: string;
  readonly status?: number;
  readonly message?: string;
}

interface PowerAct {
  readonly object: (call: Call, row: Instance) => Objection | undefined;
  readonly act: (call: Call, row: Instance) => void;
  /** Status right after the call. */
  readonly becomes: string;
}

const WRONG_STATUS: Objection = { code: 'IncorrectInstanceStatus' };

const common = (call: Call, row: Instance): Objection | undefined => {
  if (row.releasing) return WRONG_STATUS;
  if (row.locks.includes('security')) return { code: 'InstanceLockedForSecurity' };
  if (row.locks.includes('financial')) return { code: 'InstanceExpiredOrInArrears', status: 403 };
  if (call.zone(row.zone).outage) {
    return {
      code: 'ServiceUnavailable',
      status: 503,
      message: 'The request has failed due to a temporary failure of the server.',
    };
  }
  return undefined;
};

const stockIsOut = (call: Call, row: Instance): boolean => {
  const { soldOut } = call.zone(row.zone);
  return row.stoppedMode === 'StopCharging' && (soldOut.includes('*') || soldOut.includes(row.type));
};

const start: PowerAct = {
  object: (call, row) => {
    if (row.status !== 'Stopped') return WRONG_STATUS;
    return stockIsOut(call, row) ? { code: 'OperationDenied.NoStock', status: 403 } : common(call, row);
  },
  act: (call, row) => {
    const patch = { stoppedMode: 'KeepCharging', stoppedByOutage: false };
    move(call, row, { status: 'Starting', rule: 'ecs.instance.starting', kind: 'instance-running', patch });
  },
  becomes: 'Starting',
};

const stop: PowerAct = {
  object: (call, row) => (row.status === 'Running' ? common(call, row) : WRONG_STATUS),
  act: (call, row) => {
    const forced = call.params.flag('ForceStop') === true;
    call.announce('server-stopped', { id: row.id });
    move(call, row, {
      status: 'Stopping',
      rule: forced ? 'ecs.instance.poweringOff' : 'ecs.instance.stopping',
      kind: 'instance-stopped',
      patch: { stoppedMode: call.params.text('StoppedMode') ?? 'KeepCharging' },
    });
  },
  becomes: 'Stopping',
};

const reboot: PowerAct = {
  object: (call, row) => (row.status === 'Running' ? common(call, row) : WRONG_STATUS),
  act: (call, row) => {
    call.announce('server-stopped', { id: row.id });
    move(call, row, { status: 'Starting', rule: 'ecs.instance.rebooting', kind: 'instance-running' });
  },
  becomes: 'Starting',
};

const refuseWith = (call: Call, objection: Objection): never => call.refuse(objection.code, objection);

const one =
  (power: PowerAct) =>
  (call: Call): Answer => {
    const row =
      call.table(instances).get(call.params.required('InstanceId')) ?? call.refuse('InvalidInstanceId.NotFound');
    const objection = power.object(call, row);
    if (objection !== undefined) refuseWith(call, objection);
    if (call.params.flag('DryRun') === true) refuseDryRun();
    power.act(call, row);
    return {};
  };

/** The servers of InstanceId.N; refuses unknown ones and more than 100. */
export const namedInstances = (call: Call): readonly Instance[] => {
  const ids = call.params.texts('InstanceId');
  if (ids.length > 100) call.refuse('InvalidParameter.TooManyInstanceIds');
  return [...new Set(ids)].map(
    (id) =>
      call.table(instances).get(id) ??
      call.refuse('InvalidInstanceId.NotFound', { status: 404, message: 'The specified InstanceId does not exist.' }),
  );
};

const batch =
  (power: PowerAct) =>
  (call: Call): Answer => {
    const verdicts = namedInstances(call).map((row) => ({ row, objection: power.object(call, row) }));
    const first = verdicts.find(({ objection }) => objection !== undefined)?.objection;
    if (first !== undefined && call.params.text('BatchOptimization') !== 'SuccessFirst') refuseWith(call, first);
    if (call.params.flag('DryRun') === true) call.refuse('DRYRUN.SUCCESS');
    const responses = verdicts.map(({ row, objection }) => {
      if (objection === undefined) power.act(call, row);
      return {
        InstanceId: row.id,
        Code: objection?.code ?? '200',
        Message:
          objection === undefined
            ? 'success'
            : (objection.message ?? 'The current status of the resource does not support this operation.'),
        PreviousStatus: row.status,
        CurrentStatus: objection === undefined ? power.becomes : row.status,
      };
    });
    return { InstanceResponses: { InstanceResponse: responses } };
  };

/** Power actions. None of them takes a ClientToken. */
export const powerOperations: Readonly<Record<string, Operation>> = {
  StartInstance: { effect: 'write', coverage: 'full', run: one(start) },
  StopInstance: { effect: 'write', coverage: 'partial', note: 'no hibernation', run: one(stop) },
  RebootInstance: { effect: 'write', coverage: 'full', run: one(reboot) },
  StartInstances: { effect: 'write', coverage: 'full', run: batch(start) },
  StopInstances: { effect: 'write', coverage: 'full', run: batch(stop) },
  RebootInstances: { effect: 'write', coverage: 'full', run: batch(reboot) },
};
