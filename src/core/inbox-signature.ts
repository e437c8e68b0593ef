/** Whether what an inbox keeps was signed by an endpoint that points there; the signatures themselves are checked in `wire`. */

export const SIGNATURE_VERDICTS = [
  "valid",
  "out_of_time",
  "not_valid",
  "not_signed",
  "no_secret",
  "no_endpoint",
  "undecided",
] as const;
export type SignatureVerdict = (typeof SIGNATURE_VERDICTS)[number];

/** What one secret, or an endpoint without one, makes of a request. Nothing here tells the signature that it would make. */
export type SignatureFinding =
  | { kind: "valid"; oldUntilMs: number | null }
  | { kind: "out_of_time"; ageSeconds: number }
  | { kind: "mismatch" }
  | { kind: "bad_secret"; reason: string }
  | { kind: "bad_timestamp" }
  /** `like`: the dialect whose signature it has instead, if any. */
  | { kind: "missing_header"; header: string; like: string | null }
  | { kind: "no_secret" }
  /** The secrets or the dialect cannot be read. */
  | { kind: "unreadable" };

/** The findings about one endpoint, and when it or its dialect was last changed. */
export type CheckedSigner = {
  endpointId: string;
  changedAtMs: number;
  findings: readonly SignatureFinding[];
};

export type KeptSignature = {
  verdict: SignatureVerdict;
  /** Whose secret decided; null: of several none, or there is none. */
  endpointId: string | null;
  /** Null: there is nothing to say but the verdict. */
  reason: string | null;
  /** Not valid by what is configured now, which was changed after the request came: it may have been then. */
  changedAtMs: number | null;
};

export type SignatureCase = {
  receivedAtMs: number;
  signers: readonly CheckedSigner[];
  /** More endpoints point there than were looked at. */
  hasMore: boolean;
  /** What is kept of the body is what was signed or not. */
  isBodyWhole: boolean;
};

/** The best that can be said first: a request is valid when any secret of any endpoint says so. */
const ORDER: readonly SignatureFinding["kind"][] = [
  "valid",
  "out_of_time",
  "unreadable",
  "mismatch",
  "bad_secret",
  "bad_timestamp",
  "missing_header",
  "no_secret",
];

export function signatureOf(asked: SignatureCase): KeptSignature {
  const all = asked.signers.flatMap(({ endpointId, findings }) =>
    findings.map((finding) => ({ endpointId, finding })),
  );
  const [best] = all.sort((a, b) => ORDER.indexOf(a.finding.kind) - ORDER.indexOf(b.finding.kind));
  if (best === undefined) return saying("no_endpoint", "no endpoint of this application points here now");
  const { endpointId, finding } = best;
  if (finding.kind === "valid") {
    return { ...saying("valid", oldSecretText(finding.oldUntilMs)), endpointId };
  }
  if (finding.kind === "out_of_time") {
    return { ...saying("out_of_time", ageText(finding.ageSeconds)), endpointId };
  }
  const ofOne = asked.signers.length === 1 && !asked.hasMore;
  return {
    ...refusal(finding, asked),
    endpointId: ofOne ? endpointId : null,
    changedAtMs: changedAtMs(asked),
  };
}

function refusal(finding: SignatureFinding, { signers, hasMore, isBodyWhole }: SignatureCase): KeptSignature {
  const tried = signers.length;
  if (hasMore) {
    return saying("undecided", `by none of the newest ${tried} endpoints that point here; there are more`);
  }
  const [verdict, reason] = refusalText(finding);
  if (finding.kind === "mismatch" && !isBodyWhole) {
    return saying("undecided", "its body is not kept as it came, so it cannot be checked");
  }
  return saying(verdict, tried === 1 ? reason : `${reason}; ${tried} endpoints point here`);
}

function refusalText(finding: SignatureFinding): [verdict: SignatureVerdict, reason: string] {
  switch (finding.kind) {
    case "missing_header":
      return ["not_signed", `the header ${finding.header.toLowerCase()} is missing${likeText(finding.like)}`];
    case "no_secret":
      return ["no_secret", "the endpoint has no secret, so what it sends is not signed"];
    case "unreadable":
      return ["undecided", "the endpoint's secret or dialect cannot be read"];
    case "bad_timestamp":
      return ["not_valid", "its timestamp is no time in Unix seconds"];
    case "bad_secret":
      return ["not_valid", finding.reason];
    default:
      return ["not_valid", "signed with another secret, or over another body"];
  }
}

function likeText(dialect: string | null): string {
  return dialect === null ? "" : `, but it is signed as under the dialect ${dialect}`;
}

/** The newest change since the request came; null: none. */
function changedAtMs({ signers, receivedAtMs }: SignatureCase): number | null {
  const newest = Math.max(...signers.map((signer) => signer.changedAtMs));
  return newest > receivedAtMs ? newest : null;
}

function oldSecretText(oldUntilMs: number | null): string | null {
  return oldUntilMs === null ? null : `signed with the secret before, valid until ${timeText(oldUntilMs)}`;
}

function ageText(ageSeconds: number): string {
  const when = ageSeconds < 0 ? `${-ageSeconds} s in the future` : `${ageSeconds} s old`;
  return `signed right, but its timestamp was ${when} when it came`;
}

function timeText(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, "2026-01-30T14:30:00".length)}Z`;
}

function saying(verdict: SignatureVerdict, reason: string | null): KeptSignature {
  return { verdict, endpointId: null, reason, changedAtMs: null };
}
