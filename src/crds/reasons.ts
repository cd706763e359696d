// The one vocabulary of reasons: conditions, events and metrics use these words and no others.
// docs/reference/reasons.md is generated from here.

/** What a reason means and what a person does next. */
export type ReasonText = { readonly meaning: string; readonly next: string };

const nothing = 'Nothing; this is the wanted state.';
const wait = 'Wait; the message says what is being done.';
const byItself = 'Nothing at once; it is retried by itself. If it lasts, follow the message.';

const GENERAL = {
  Succeeded: { meaning: 'What this condition judges is as declared.', next: nothing },
  Progressing: { meaning: 'Work is going on.', next: wait },
  ProgressingWithRetry: { meaning: 'A step failed in a way that passes; it is tried again.', next: byItself },
  DependencyNotReady: {
    meaning: 'A fact that another object publishes is still missing.',
    next: 'Look at the object that the message names; create it if it is missing.',
  },
  Suspended: {
    meaning: 'The annotation financecloud.io/suspend stops writes for this object.',
    next: 'Remove the annotation when the object may be worked on again.',
  },
  Observing: {
    meaning: 'Mode Observe: there are differences and nothing is written.',
    next: 'Read status.plan; set spec.mode: Enforce to have it done.',
  },
  WritesFrozen: {
    meaning: 'The account’s writes are Frozen: the emergency stop is on.',
    next: 'Set spec.writes: Enabled on the FinanceCloudAccount when it is over.',
  },
  InvalidSpec: {
    meaning: 'The declaration contradicts another object’s, so it cannot be done.',
    next: 'Correct the field that the message names, on either object.',
  },
  InternalError: {
    meaning: 'The operator met something it did not expect.',
    next: 'Report it with the operator’s log of that time; it goes on trying.',
  },
} as const satisfies Record<string, ReasonText>;

const ACCOUNT = {
  CredentialsMissing: {
    meaning: 'The Secret with the credentials, or a key in it, is not there.',
    next: 'Create the Secret in the operator’s namespace with the keys that the message names.',
  },
  CredentialsInvalid: {
    meaning: 'The cloud refuses the credentials.',
    next: 'Put a valid AccessKey into the Secret; it is picked up at once.',
  },
  AccountMismatch: {
    meaning: 'The credentials belong to another account than spec.accountId.',
    next: 'Use credentials of the declared account.',
  },
  AccountNotFound: {
    meaning: 'The FinanceCloudAccount that is named does not exist.',
    next: 'Create it, or correct spec.accountRef.',
  },
  NamespaceNotAllowed: {
    meaning: 'The account does not allow this namespace.',
    next: 'Ask the administrator to add the namespace to spec.allowedNamespaces of the account.',
  },
  InUse: {
    meaning: 'The account is to be deleted and is still named by environments.',
    next: 'Delete the environments that the message names first.',
  },
} as const satisfies Record<string, ReasonText>;

const CLOUD = {
  Throttled: { meaning: 'The cloud limits the number of calls.', next: byItself },
  CloudUnavailable: { meaning: 'The cloud does not answer, or answers with its own errors.', next: byItself },
  PermissionDenied: {
    meaning: 'The credentials may not do this.',
    next: 'Grant the RAM action that the message names.',
  },
  InvalidParameter: {
    meaning: 'The cloud refuses a value.',
    next: 'Correct the field that the message names.',
  },
  QuotaExceeded: {
    meaning: 'A quota of the account is used up.',
    next: 'Ask the cloud for a larger quota, or declare less.',
  },
  NoStock: {
    meaning: 'The zone has no stock of the instance type.',
    next: 'Wait, or choose another instanceType.',
  },
  InsufficientBalance: { meaning: 'The account has no money left.', next: 'Pay in; work goes on by itself.' },
} as const satisfies Record<string, ReasonText>;

const IDENTITY = {
  ExistingResources: {
    meaning:
      'The cloud holds resources under this object’s name that are not on record: of another uid or owner, or a server that may be the missing one.',
    next: 'Take them over with annotation financecloud.io/take-over: <the uid in the message>, or remove them.',
  },
  Duplicate: {
    meaning: 'More resources exist for one request than were asked for.',
    next: 'Compare the ids in the message and remove the surplus ones by hand.',
  },
  UnrecordedServer: {
    meaning: 'A server carries this object’s tags and was not made by the operator.',
    next: 'Remove its tags or the server; it is never used nor drained.',
  },
  InventoryDoubtful: {
    meaning: 'Most known resources vanished from one listing, which is not believed.',
    next: 'Check the account; annotate it with financecloud.io/accept-inventory if they are really gone.',
  },
} as const satisfies Record<string, ReasonText>;

const SERVERS = {
  NetworkDrift: { meaning: 'The VPC or a subnet differs from the declaration.', next: wait },
  RuleDrift: {
    meaning: 'Rules of a security group are missing, changed or undeclared.',
    next: 'Under Revoke it is repaired; under Report declare the rule or remove it.',
  },
  ServerDrift: { meaning: 'A server’s settings differ from the declaration.', next: wait },
  ZonesUneven: {
    meaning: 'The two zones differ by more than one server.',
    next: 'Nothing; a server is made in the short zone and one drained in the other.',
  },
  ZoneImpaired: {
    meaning: 'A zone’s servers stopped together or cannot be created; it is left alone until it is back.',
    next: 'Check the cloud’s status page; it ends by itself once the zone is healthy again.',
  },
  AgentOffline: {
    meaning: 'Cloud Assistant on a server does not answer, so its start-up is not known.',
    next: 'Install or restart the agent on the servers that the message names.',
  },
  UnsupportedOS: {
    meaning: 'Start-up is asked of systemd; this system has none.',
    next: 'Remove spec.modules[].startup, or use an image with systemd.',
  },
  AutoStartOff: { meaning: 'A declared unit is not enabled or not active.', next: wait },
  AutoStartFailing: {
    meaning: 'A declared unit does not stay up after being started.',
    next: 'Look at the unit’s journal on the servers that the message names.',
  },
} as const satisfies Record<string, ReasonText>;

const DRIFT = {
  DriftDetected: {
    meaning: 'Only in events: the cloud differs from the declaration.',
    next: 'Read status.drift; what is safe is repaired at once.',
  },
  DriftRepaired: { meaning: 'Only in events: a difference was repaired.', next: nothing },
  FindingReported: {
    meaning: 'Only in events: what is declared, or found in the cloud, breaks a critical rule.',
    next: 'Read status.findings: each says what it rests on and what to change.',
  },
} as const satisfies Record<string, ReasonText>;

const BALANCERS = {
  LoadBalancerDrift: { meaning: 'A load balancer or listener differs from the declaration.', next: wait },
  BackendsMissing: { meaning: 'Servers of the module are not behind its load balancer.', next: wait },
  BackendsAbnormal: {
    meaning: 'The health check is as declared and servers do not answer it.',
    next: 'Check that the application serves the port and path in the message on the servers named.',
  },
} as const satisfies Record<string, ReasonText>;

const LEAVING = {
  Deleting: { meaning: 'The object is being deleted.', next: wait },
  DeletionBlocked: {
    meaning: 'Something still uses what is to be deleted, or it cannot be reached.',
    next: 'Remove the user that the message names, or set deletionPolicy: Retain to let go of the cloud’s resources.',
  },
  ConfirmationRequired: {
    meaning: 'A removal that cannot be undone waits for a person.',
    next: 'Set annotation financecloud.io/confirm-removal to the name in the message, or put it back into the spec.',
  },
} as const satisfies Record<string, ReasonText>;

/** Every reason, with its meaning and the next step, in groups for the page. */
export const REASON_GROUPS = {
  General: GENERAL,
  Account: ACCOUNT,
  Cloud: CLOUD,
  Identity: IDENTITY,
  'Network and servers': SERVERS,
  Drift: DRIFT,
  'Load balancers': BALANCERS,
  Leaving: LEAVING,
} as const;

/** Every reason with its text. */
export const REASONS = {
  ...GENERAL,
  ...ACCOUNT,
  ...CLOUD,
  ...IDENTITY,
  ...SERVERS,
  ...DRIFT,
  ...BALANCERS,
  ...LEAVING,
} as const;

/** A word of the vocabulary. */
export type Reason = keyof typeof REASONS;
