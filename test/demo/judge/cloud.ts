// Judgements on load balancers and security groups as the cloud's own API shows them.
import type { GroupRule, Ledger } from './facts.ts';
import { writesSince } from './ledger.ts';
import type { Mark } from './servers.ts';
import { few, objections, verdict, type Verdict } from './verdict.ts';

/** What of a listener is watched: its state and where its health check looks. */
export interface ListenerView {
  readonly status: string;
  readonly healthCheck: string;
  readonly healthPath: string;
}

/** The listener runs, and its check is on and looks at the declared path. */
export function listenerAsDeclared(view: ListenerView | undefined, path: string): Verdict {
  return verdict(
    objections([
      [view === undefined, 'the listener is gone'],
      [view !== undefined && view.status !== 'running', `the listener is ${view?.status}`],
      [view !== undefined && view.healthCheck !== 'on', `its health check is ${view?.healthCheck}`],
      [
        view !== undefined && view.healthPath !== path,
        `its health check looks at ${view?.healthPath}, declared is ${path}`,
      ],
    ]),
    `the listener runs and checks ${path}`,
  );
}

/** The operator made exactly one such call after the mark: repaired, and without swinging to and fro. */
export function calledOnce(ledger: Ledger, action: string, mark: Mark): Verdict {
  const calls = writesSince(ledger, mark.since, mark.operatorKey).filter((call) => call.action === action);
  return verdict(
    objections([
      [calls.length === 0, `the operator has not called ${action}`],
      [calls.length > 1, `the operator has called ${action} ${calls.length} times`],
    ]),
    `the operator called ${action} once`,
  );
}

/** The open rule is gone and every rule that was there before is there still. */
export function ruleClosed(
  rules: readonly GroupRule[],
  given: { readonly open: GroupRule; readonly before: readonly GroupRule[] },
): Verdict {
  const now = new Set(rules.map(ruleText));
  const lost = given.before.map(ruleText).filter((text) => !now.has(text));
  return verdict(
    objections([
      [given.before.length === 0, 'the group had no declared rules to keep'],
      [now.has(ruleText(given.open)), `${ruleText(given.open)} is still open`],
      [lost.length > 0, `declared rules were lost: ${few(lost)}`],
    ]),
    `${ruleText(given.open)} is closed, the ${given.before.length} declared rules stand`,
  );
}

/** A rule in one line. */
export function ruleText(rule: GroupRule): string {
  return `${rule.policy} ${rule.protocol} ${rule.ports} from ${rule.cidr === '' ? rule.groupId : rule.cidr}`.toLowerCase();
}
