// The CustomResourceDefinition of a kind, as it is written to config/crd.
import { type KindDefinition } from './kinds.ts';
import { CATEGORY, GROUP, VERSION } from './names.ts';
import type { CelRule } from './schema.ts';
import { type Structural, structuralSchema } from './structural.ts';

// Cloud names are derived from it, and the cloud wants a letter first and no dots.
const NAME_RULE: CelRule = {
  rule: "self.metadata.name.matches('^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$')",
  message:
    'metadata.name must start with a letter and be at most 63 lower-case letters, digits and -: names in the cloud are derived from it, choose another name',
};

const versionSchema = (kind: KindDefinition): Structural => ({
  type: 'object',
  description: kind.description,
  properties: {
    apiVersion: { type: 'string', description: 'Versioned schema of this representation of an object.' },
    kind: { type: 'string', description: 'Kind of the object.' },
    metadata: { type: 'object', properties: { name: { type: 'string', maxLength: 63 } } },
    spec: { ...structuralSchema(kind.spec, 'spec'), description: 'What is wished.' },
    status: { ...structuralSchema(kind.status, 'status'), description: 'What is; written by the operator only.' },
  },
  required: ['spec'],
  'x-kubernetes-validations': [NAME_RULE],
});

/** Object name of a kind's CRD, such as securityzones.financecloud.io. */
export const crdName = (kind: KindDefinition): string => `${kind.plural}.${GROUP}`;

/** The CRD of a kind. */
export const crdOf = (kind: KindDefinition) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: crdName(kind), labels: { 'app.kubernetes.io/part-of': 'finance-cloud-operator' } },
  spec: {
    group: GROUP,
    scope: kind.scope,
    names: {
      kind: kind.kind,
      listKind: `${kind.kind}List`,
      plural: kind.plural,
      singular: kind.singular,
      shortNames: [kind.shortName],
      categories: [CATEGORY],
    },
    versions: [
      {
        name: VERSION,
        served: true,
        storage: true,
        additionalPrinterColumns: kind.columns,
        schema: { openAPIV3Schema: versionSchema(kind) },
        subresources: { status: {} },
      },
    ],
  },
});
