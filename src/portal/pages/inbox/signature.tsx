import type { InboxRequest } from "../../api/inbox.ts";
import { Badge, type Tone } from "../../parts/badge.tsx";
import { fullText } from "../../parts/time.tsx";

type Signature = InboxRequest["signature"];

const BADGES: Record<Signature["verdict"], [tone: Tone, text: string]> = {
  valid: ["good", "signature valid"],
  out_of_time: ["warn", "signed too far from its time"],
  not_valid: ["bad", "signature not valid"],
  not_signed: ["bad", "not signed"],
  no_secret: ["dim", "endpoint without secret"],
  no_endpoint: ["dim", "from no endpoint"],
  undecided: ["dim", "signature not checked"],
};

/** Whether an endpoint signed it, in two words. */
export function SignatureBadge({ signature: { verdict, changedAt } }: { signature: Signature }) {
  const [tone, text] = BADGES[verdict];
  // What was valid when it came is no failure.
  return changedAt === null ? <Badge tone={tone}>{text}</Badge> : <Badge tone="warn">{text} now</Badge>;
}

/** The same in a sentence, with why. */
export function SignatureText({ signature }: { signature: Signature }) {
  const { reason, changedAt } = signature;
  return (
    <>
      {beginning(signature)}
      {reason === null ? "." : `: ${reason}.`}
      {changedAt === null ? null : (
        <div className="dim small">
          The endpoint was changed later, {fullText(changedAt)}. This is by its secret and dialect of now; it
          may have been valid when it came.
        </div>
      )}
    </>
  );
}

function beginning({ verdict, endpointId }: Signature): string {
  const whose = endpointId === null ? "the secret of an endpoint that points here" : "this endpoint's secret";
  switch (verdict) {
    case "valid":
    case "out_of_time":
      return `Signed with ${whose}`;
    case "not_valid":
    case "not_signed":
      return `Not signed with ${whose}`;
    case "no_secret":
    case "no_endpoint":
      return "Not checked";
    case "undecided":
      return "Cannot be told";
  }
}
