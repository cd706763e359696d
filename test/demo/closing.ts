// The last lines: how each act went, or how to look around when everything is left up.
import path from 'node:path';
import type { Result } from './perform.ts';
import type { Stage } from './stage.ts';
import type { Story } from './story.ts';

/** One line for each act. */
export function summary(story: Story, results: readonly Result[]): void {
  story.chapter('What was seen');
  for (const { title, held, seconds, reasons } of results) {
    story.tell(held ? 'proof' : 'failed', held ? title : `${title}: ${reasons[0] ?? ''}`, seconds);
  }
}

/** The last word, with the time that the demo itself took. */
export function verdictLine(good: boolean, milliseconds: number): string {
  return `${good ? 'everything held' : 'NOT everything held'} (${(milliseconds / 1000).toFixed(0)} s)`;
}

/** How to look around. */
export function keepLines(stage: Stage, folder: string): readonly string[] {
  const { namespace } = stage.samples;
  const { kubectlPath, kubeconfigPath } = stage.plane;
  return [
    '',
    'Everything stays up until Ctrl-C (or SIGTERM). To look around:',
    `  export KUBECONFIG=${kubeconfigPath}`,
    `  export PATH=${path.dirname(kubectlPath)}:$PATH`,
    `  kubectl apply -k ${stage.samplesFolder} && kubectl wait --for=condition=Ready --all fca,fce,sz,bp -n ${namespace} --timeout=10m`,
    `  kubectl -n ${namespace} get financecloud`,
    `  kubectl -n ${namespace} describe financecloudenvironment`,
    `  kubectl -n ${namespace} get events --sort-by=.metadata.creationTimestamp`,
    `  kubectl -n ${namespace} patch financecloudenvironment core-banking --type=merge -p '{"spec":{"mode":"Observe"}}'`,
    `  kubectl -n ${namespace} get financecloudenvironment -w`,
    `the emulator:  ${stage.emulator.endpoint}/_emulator/world   (header x-emulator-token: ${stage.emulator.controlToken})`,
    `  curl -s -H 'x-emulator-token: ${stage.emulator.controlToken}' ${stage.emulator.endpoint}/_emulator/ledger`,
    `  curl -s -H 'x-emulator-token: ${stage.emulator.controlToken}' -X POST ${stage.emulator.endpoint}/_emulator/zones/${stage.spec.zones[0]?.name ?? ''}/outage`,
    `metrics:       ${stage.operator.metricsUrl}`,
    `logs:          ${folder}/operator.log, emulator.log (removed at the end)`,
  ];
}
