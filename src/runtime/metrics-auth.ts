// Who may read /metrics: the bearer of a token that the API server knows (TokenReview) and that may get /metrics
// (SubjectAccessReview). Answers are remembered for a minute, by the hash of the token.
import { createHash } from 'node:crypto';
import type { Clock } from '../kernel/clock.ts';
import type { Handler, Reply } from './http.ts';
import type { Kube } from './kube.ts';
import type { KubeObject, ResourceKind } from './kube-types.ts';

interface TokenReview extends KubeObject {
  readonly spec: { readonly token: string };
  readonly status?: { readonly authenticated?: boolean; readonly user?: UserInfo };
}

interface UserInfo {
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

interface SubjectAccessReview extends KubeObject {
  readonly spec: object;
  readonly status?: { readonly allowed?: boolean };
}

const TOKEN_REVIEWS: ResourceKind<TokenReview> = {
  group: 'authentication.k8s.io',
  version: 'v1',
  plural: 'tokenreviews',
  kind: 'TokenReview',
  namespaced: false,
};
const ACCESS_REVIEWS: ResourceKind<SubjectAccessReview> = {
  group: 'authorization.k8s.io',
  version: 'v1',
  plural: 'subjectaccessreviews',
  kind: 'SubjectAccessReview',
  namespaced: false,
};

const REMEMBER_MS = 60_000;
const REVIEW_MS = 10_000;
/** Scrapers are few; a flood of invented tokens must not fill the memory. */
const LONGEST_MEMORY = 256;

type Verdict = 'allowed' | 'unknown-user' | 'not-allowed' | 'no-answer';

const REPLIES: Readonly<Record<Exclude<Verdict, 'allowed'>, Reply>> = {
  'unknown-user': { status: 401, body: 'Unauthorized: a bearer token that the API server accepts is needed\n' },
  'not-allowed': { status: 403, body: 'Forbidden: the user may not get the non-resource URL /metrics\n' },
  'no-answer': { status: 503, body: 'The API server could not be asked who you are\n' },
};

/** Puts authentication and authorization before a handler. */
export function authorized(handler: Handler, kube: Kube, clock: Clock): Handler {
  const memory = new Map<string, { readonly until: number; readonly verdict: Promise<Verdict> }>();
  const verdictOn = (token: string): Promise<Verdict> => {
    const hash = createHash('sha256').update(token).digest('base64');
    const known = memory.get(hash);
    if (known !== undefined && clock.monotonic() < known.until) return known.verdict;
    const verdict = review(kube, token);
    if (memory.size >= LONGEST_MEMORY) memory.clear();
    memory.set(hash, { until: clock.monotonic() + REMEMBER_MS, verdict });
    void verdict.then((end) => (end === 'no-answer' ? memory.delete(hash) : false));
    return verdict;
  };
  return async (request) => {
    const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) return REPLIES['unknown-user'];
    const verdict = await verdictOn(token);
    return verdict === 'allowed' ? handler(request) : REPLIES[verdict];
  };
}

async function review(kube: Kube, token: string): Promise<Verdict> {
  const options = { deadlineMs: REVIEW_MS };
  const reviewed = await kube.create(TOKEN_REVIEWS, { metadata: { name: '' }, spec: { token } }, options);
  if (reviewed.kind !== 'ok') return 'no-answer';
  const { authenticated, user } = reviewed.value.status ?? {};
  if (authenticated !== true || user?.username === undefined) return 'unknown-user';
  const spec = {
    user: user.username,
    uid: user.uid,
    groups: user.groups,
    extra: user.extra,
    nonResourceAttributes: { path: '/metrics', verb: 'get' },
  };
  const access = await kube.create(ACCESS_REVIEWS, { metadata: { name: '' }, spec }, options);
  if (access.kind !== 'ok') return 'no-answer';
  return access.value.status?.allowed === true ? 'allowed' : 'not-allowed';
}
