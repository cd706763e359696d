// Texts that would be something else where they are shown or read: lines of a log, parts of JSON, prototypes of objects.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type Attempt, at, create, refused, shown } from '../attempt.ts';
import { module, own, ownZone } from '../town.ts';
import { userDataOf } from '../verdict.ts';
import type { Yard } from '../yard.ts';

/** Would forge a line of a log, colour a terminal and end a JSON text. */
export const ODD =
  'x\n{"level":"error","msg":"forged-line"}\r\n\u001b[31mred\u001b[0m","admin":true,"x":"\u0000'.replace('\u0000', '');

const NAMES = ['evil\nname', '../evil', '\u001b[31mred', 'a"b', '__proto__', 'UPPER'];

const names: readonly Attempt[] = NAMES.map((name, index) =>
  refused({
    id: `O${index + 1}`,
    sends: `the object name \`${JSON.stringify(name).slice(1, -1)}\``,
    names: 'metadata.name',
    call: (yard) => create(at(own(yard, 'x'), 'metadata.name', name)),
  }),
);

const check = 'spec.modules.0.loadBalancer.listeners.0.healthCheck';

/** What would be more than a word in a script that runs as root inside a server. */
const WORDS = [
  ['spec.modules.0.startup.units.0', 'app.service;reboot'],
  ['spec.modules.0.startup.units.0', '--root=/.service'],
  ['spec.modules.0.startup.units.0', "a'$(reboot)'.service"],
  ['spec.modules.0.startup.units.0', 'systemd-logind.service'],
  [`${check}.path`, '/$(reboot)'],
  [`${check}.path`, "/'; reboot; '"],
  [`${check}.domain`, 'a.example`reboot`'],
] as const;

const guests = (first: number): readonly Attempt[] =>
  WORDS.map(([path, value], index) =>
    refused({
      id: `O${first + index}`,
      sends: `\`${shown(path).replace(/^.*healthCheck/, 'healthCheck')}: ${JSON.stringify(value).replaceAll('`', "'")}\``,
      names: shown(path),
      call: (yard) => create(at(own(yard, 'x', { modules: [withCheck] }), path, value)),
    }),
  );

const withCheck = module('nowhere', {
  startup: { units: ['app.service'] },
  loadBalancer: {
    address: 'Intranet',
    listeners: [{ protocol: 'HTTP', port: 80, backendPort: 80, healthCheck: { type: 'HTTP', path: '/' } }],
  },
});

/** All of them. */
export const odd = {
  title: 'Odd specs: injected lines and prototypes',
  attempts: [
    ...names,
    ...(['labels', 'annotations'] as const).map((field, index) =>
      refused({
        id: `O${NAMES.length + index + 1}`,
        sends: `\`__proto__\` as a key of ${field}`,
        names: `metadata.${field}`,
        call: (yard) => create(at(own(yard, 'x'), `metadata.${field}`, JSON.parse('{"__proto__":"x"}'))),
      }),
    ),
    refused({
      id: 'O9',
      sends: '`__proto__` and `constructor` as fields of the spec',
      names: '__proto__',
      status: 400,
      call: (yard) =>
        create(at(own(yard, 'x'), 'spec', JSON.parse('{"__proto__":{"mode":"Observe"},"constructor":{}}'))),
    }),
    ...guests(10),
    {
      id: `O${10 + WORDS.length}`,
      sends:
        'newlines, terminal colours and ends of JSON in a description, in annotations that are read, and in labels `constructor`',
      defence: 'texts stay texts',
      judged: 'every line of the log is one object of JSON without control characters; events and metrics as well',
      play: async (yard: Yard) => {
        const annotations = { constructor: 'x', 'financecloud.io/take-over': ODD, 'financecloud.io/reconcile': ODD };
        const labelled = at(own(yard, 'texts'), 'metadata.labels', { constructor: 'x' });
        const object = at(at(labelled, 'metadata.annotations', annotations), 'spec.network.description', ODD);
        await yard.must({ ...create(object), as: yard.tenant });
        const made = await yard.condition('FinanceCloudEnvironment', 'texts', {});
        assert.equal(made.spec.network.description, ODD);
        await yard.sweeps(2);
        // Node's own words to the standard error are no lines of the log.
        const lines = readFileSync(yard.operator.logFile, 'utf8')
          .split('\n')
          .filter((line) => line !== '' && !/^\((node:\d+\)|Use `node) /.test(line));
        for (const line of lines) {
          // oxlint-disable-next-line no-control-regex
          assert.doesNotMatch(line, /[\u0000-\u001f\u007f]/);
          const read: { readonly msg?: unknown } = JSON.parse(line);
          assert.notEqual(read.msg, 'forged-line');
        }
      },
    },
    {
      id: `O${11 + WORDS.length}`,
      sends: 'the same in a first-boot script',
      defence: 'reaches the server byte for byte, and nothing else',
      judged: 'user data of the server, as the cloud has it',
      play: async (yard: Yard) => {
        const map = { metadata: { name: 'odd' }, data: { script: ODD } };
        await yard.must({ method: 'POST', path: `/api/v1/namespaces/${yard.a}/configmaps`, body: map });
        const userDataFrom = { type: 'ConfigMap', configMapKeyRef: { name: 'odd', key: 'script' } };
        const object = own(yard, 'boot', { modules: [module('boot', { servers: { userDataFrom, replicas: 1 } })] });
        await yard.must({ ...create(object), as: yard.tenant });
        await yard.must({ ...create(ownZone(yard, ['boot', 'boot'])), as: yard.tenant });
        const { status } = await yard.condition('FinanceCloudEnvironment', 'boot', {});
        const { id } = status.resources.find((item: { type: string }) => item.type === 'Server');
        assert.equal(await userDataOf(yard, id), ODD);
      },
    },
  ],
};
