// Who may import whom. The table is in ARCHITECTURE.md; `make verify` fails when this looked at no module.
const outside = (path, allowed) => ({ from: { path, pathNot: '\\.test\\.ts$' }, to: { path: '^(src|emulator|test|bench|scripts)/', pathNot: allowed } });
const npmOnly = (path, allowed) => ({
  from: { path, pathNot: '\\.test\\.ts$' },
  to: { dependencyTypes: ['npm', 'npm-dev', 'npm-peer', 'npm-optional', 'npm-unknown'], pathNot: allowed },
});
const rule = (name, comment, shape) => ({ name, comment, severity: 'error', ...shape });

module.exports = {
  forbidden: [
    rule('no-cycles', 'A cycle means two files are one concept', { from: {}, to: { circular: true } }),
    rule('kernel-alone', 'kernel is what everybody may use', outside('^src/kernel/', '^src/kernel/')),
    rule('plan-is-pure', 'plan imports nothing but itself and kernel', outside('^src/plan/', '^src/(plan|kernel)/')),
    rule('crds-pure', 'crds know no runtime but its types, no cloud but pure models', outside('^src/crds/', '^src/(crds|kernel)/|^src/cloud/[^/]+/model\\.ts$')),
    rule('runtime-knows-kubernetes-only', 'no finance, no cloud in runtime', outside('^src/runtime/', '^src/(runtime|kernel)/')),
    rule('cloud-knows-alibaba-only', 'no Kubernetes in cloud', outside('^src/cloud/', '^src/(cloud|kernel)/|^src/plan/')),
    rule('cloud-shared-knows-no-service', 'shared cloud files hold no service', { from: { path: '^src/cloud/[^/]+\\.ts$', pathNot: '\\.test\\.ts$' }, to: { path: '^src/cloud/(vpc|ecs|slb|sts)/' } }),
    rule('cloud-services-are-strangers', 'a service does not import another service', {
      from: { path: '^src/cloud/(vpc|ecs|slb|sts)/', pathNot: '\\.test\\.ts$' }, to: { path: '^src/cloud/(vpc|ecs|slb|sts)/', pathNot: '^src/cloud/$1/' } }),
    rule('controllers-no-wire', 'controllers never see the wire', { from: { path: '^src/controllers/' }, to: { path: '^src/cloud/[^/]+/api\\.ts$' } }),
    rule('controllers-no-main', 'nothing imports main', { from: {}, to: { path: '^(src|emulator)/main\\.ts$' } }),
    rule('kinds-are-strangers', 'a kind folder does not import another kind', {
      from: { path: '^src/controllers/(account|environment|zone|pool)/', pathNot: '\\.test\\.ts$' }, to: { path: '^src/controllers/(account|environment|zone|pool)/', pathNot: '^src/controllers/$1/' } }),
    rule('emulator-alone', 'the emulator imports nothing of src', outside('^emulator/', '^emulator/')),
    rule('src-not-emulator', 'src imports nothing of the emulator, tests or tools', { from: { path: '^src/', pathNot: '\\.test\\.ts$' }, to: { path: '^(emulator|test|bench|scripts)/' } }),
    rule('demo-is-independent', 'the judge of the demo imports nothing of src', { from: { path: '^test/demo/' }, to: { path: '^(src|emulator)/' } }),
    rule('judges-are-independent', 'what judges torture and demo knows nothing of src, not even through others', { from: { path: '^test/(torture/(judge|witness|settle)\\.ts$|demo/judge/)' }, to: { path: '^src/', reachable: true } }),
    rule('npm-kernel', 'only address arithmetic', npmOnly('^src/kernel/', 'ipaddr\\.js|cidr-tools')),
    rule('npm-plan', 'no package in plan', npmOnly('^src/plan/', '^$')),
    rule('npm-crds', 'only zod', npmOnly('^src/crds/', 'node_modules/zod')),
    rule('npm-runtime', 'one door each', npmOnly('^src/runtime/', '@kubernetes/client-node|pino|prom-client|tinyqueue|@opentelemetry/api')),
    rule('npm-cloud', 'shared cloud files', npmOnly('^src/cloud/', 'node_modules/zod|@alicloud/|@darabonba/')),
    rule('npm-controllers', 'no package in controllers', npmOnly('^src/controllers/', '^$')),
    rule('door-client-node', 'one door for the Kubernetes client', { from: { path: '^src/', pathNot: '^src/runtime/kube-client\\.ts$' }, to: { path: 'node_modules/@kubernetes/client-node' } }),
    rule('door-sdk-core', 'one door for the SDK core', { from: { path: '^src/', pathNot: '^src/cloud/(sdk-core|credentials)\\.ts$' }, to: { path: 'node_modules/@(alicloud|darabonba)/' } }),
    rule('not-resolvable', 'every import resolves', { from: {}, to: { couldNotResolve: true } }),
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|coverage)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'], extensions: ['.ts', '.js', '.json'] },
  },
};
