// Turns what objects report and what the operator does in the cloud into lines for the reader.
import type { Ledger, LedgerCall } from './judge/facts.ts';
import { clip, type Transition } from './judge/objects.ts';
import { few } from './judge/verdict.ts';
import type { Story } from './story.ts';
import type { Report } from './watch.ts';

/** Tells reports as they come, and calls of one key when asked. */
export interface Narrator {
  hear(report: Report): void;
  /** Tells the calls with an effect since the last time. */
  calls(ledger: Ledger, accessKeyId: string): void;
  /** From now on calls after this entry of the ledger are told, and every report; before, only what became Ready. */
  listenFrom(lastCall: number): void;
}

/** A narrator that is brief until told to listen: a whole build is too much to read. */
export function createNarrator(story: Story): Narrator {
  let told = 0;
  let brief = true;
  return {
    hear: (report) => {
      if (brief ? !becameReady(report) : isNoise(report)) return;
      story.tell('seen', reportText(report), story.seconds());
    },
    calls: (ledger, accessKeyId) => {
      const fresh = ledger.calls.filter(
        (call) => call.n > told && call.accessKeyId === accessKeyId && call.effect === 'committed',
      );
      told = ledger.calls.at(-1)?.n ?? told;
      if (brief) return;
      for (const group of runsOf(fresh)) story.tell('done', callText(group), story.seconds());
    },
    listenFrom: (lastCall) => {
      told = lastCall;
      brief = false;
    },
  };
}

// Reconciling only says that work is going on, which the lines around it show.
function isNoise(report: Report): boolean {
  return report.kind === 'condition' && report.transition.type === 'Reconciling';
}

function becameReady(report: Report): boolean {
  return report.kind === 'condition' && report.transition.type === 'Ready' && report.transition.to?.status === 'True';
}

function reportText(report: Report): string {
  if (report.kind === 'condition') return conditionText(report.transition);
  const object = short(report.object);
  if (report.kind === 'replacement') {
    const { slot, step, surplusId, newId } = report.replacement;
    return `${object}  replacement ${slot}: ${step} (${surplusId} goes, ${newId ?? 'a new one'} comes)`;
  }
  const { rule, path, desired, observed, decision } = report.drift;
  return `${object}  drift ${rule} ${clip(path, 120)}: ${clip(observed, 160)}, declared ${clip(desired, 80)} (${decision})`;
}

function conditionText({ object, type, to }: Transition): string {
  if (to === undefined) return `${short(object)}  ${type} taken back`;
  const message = to.message === '' ? '' : `: ${clip(to.message)}`;
  return `${short(object)}  ${type} ${to.status} ${to.reason}${message}`;
}

// `FinanceCloudEnvironment/core-banking` -> `core-banking`: in the samples no two objects share a name but zone and module.
function short(object: string): string {
  const [kind = '', name = ''] = object.split('/');
  return kind === 'SecurityZone' ? `zone ${name}` : name;
}

// The same action many times in a row is one line.
function runsOf(calls: readonly LedgerCall[]): readonly (readonly LedgerCall[])[] {
  const groups: LedgerCall[][] = [];
  for (const call of calls) {
    const last = groups.at(-1);
    if (last?.[0]?.action === call.action) last.push(call);
    else groups.push([call]);
  }
  return groups;
}

function callText(group: readonly LedgerCall[]): string {
  const [first] = group;
  if (first === undefined) return '';
  const ids = [...new Set(group.flatMap((call) => targets(call)))];
  return `${first.service} ${first.action}${group.length === 1 ? '' : ` x${group.length}`}${ids.length === 0 ? '' : `  ${few(ids, 3)}`}${weightText(first)}`;
}

const TARGET = /^(InstanceId(\.\d+)?|LoadBalancerId|SecurityGroupId|VpcId|VSwitchId)$/;

// What a call makes is in its effect, what it changes in its parameters; rows of addresses are the cloud's own affair.
function targets(call: LedgerCall): readonly string[] {
  if (/^(Run|Create)(?!Command)/.test(call.action)) return call.resourceIds.filter((id) => !id.includes('/'));
  return Object.entries(call.params)
    .filter(([name]) => TARGET.test(name))
    .map(([, value]) => value);
}

function weightText(call: LedgerCall): string {
  const backends = call.params['BackendServers'];
  return backends === undefined ? '' : `  ${clip(backends.replaceAll(/["{}[\]]/g, ''), 80)}`;
}
