// Every name that users, the API server and the cloud's tags know this operator by. No logic.

/** API group of all kinds. */
export const GROUP = 'financecloud.io';
/** The one served and stored version. */
export const VERSION = 'v1alpha1';
/** What stands in `apiVersion` of every object. */
export const API_VERSION = `${GROUP}/${VERSION}` as const;
/** Category that `kubectl get financecloud` lists. */
export const CATEGORY = 'financecloud';
/** Finalizer on every object that has, or may have, something in the cloud or a user. */
export const FINALIZER = `${GROUP}/finalizer` as const;
/** Prefix of the tag keys that only the operator writes; users' tags may not use it. */
export const RESERVED_TAG_PREFIX = `${GROUP}/` as const;
/** Namespace the operator runs in when installed from config/default; Secrets with access keys live there. */
export const SYSTEM_NAMESPACE = 'finance-cloud-system';

/** Annotations that people set on objects; the operator reads them and never writes them. */
export const ANNOTATIONS = {
  /** Any value other than "false" stops cloud writes for this object; reading goes on. */
  suspend: `${GROUP}/suspend`,
  /** A new value asks for a reconcile now. */
  reconcile: `${GROUP}/reconcile`,
  /** uid of a former object whose cloud resources this object takes over. */
  takeOver: `${GROUP}/take-over`,
  /** Name of the module or load balancer (`<module>` or `<module>/lb`) whose removal is confirmed. */
  confirmRemoval: `${GROUP}/confirm-removal`,
  /** On the account: a new value accepts an inventory that lost most of its resources. */
  acceptInventory: `${GROUP}/accept-inventory`,
} as const;
