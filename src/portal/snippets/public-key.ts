import { type Language, nodeCrypto } from "./signature.ts";
import { serverName } from "./standard.ts";

/** Standard Webhooks with a key pair: `v1a,` signatures are Ed25519, and a receiver holds the public key alone. */
export function publicKeySnippets(prefix: string): Record<Language, string> {
  const name = prefix.toLowerCase();
  return {
    node: `${nodeCrypto("createPublicKey", "verify as verifySignature")}

// headers: as Node gives them, in lower case. body: the raw bytes or text, before any JSON parser.
export function verify(headers, body, publicKey = process.env.WEBHOOK_PUBLIC_KEY) {
  const id = headers["${name}-id"];
  const timestamp = headers["${name}-timestamp"];
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300)) return false;
  const raw = Buffer.from(publicKey.replace(/^whpk_/, ""), "base64");
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), raw]);
  const key = createPublicKey({ key: der, format: "der", type: "spki" });
  const signed = Buffer.concat([Buffer.from(\`\${id}.\${timestamp}.\`), Buffer.from(body)]);
  return (headers["${name}-signature"] ?? "").split(" ").some((signature) => {
    if (!signature.startsWith("v1a,")) return false;
    return verifySignature(null, signed, key, Buffer.from(signature.slice(4), "base64"));
  });
}`,
    python: `import base64, os, time
from cryptography.exceptions import InvalidSignature  # pip install cryptography
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

# headers: with names in lower case. body: the raw bytes, before any JSON parser.
def verify(headers, body, public_key=os.environ.get("WEBHOOK_PUBLIC_KEY", "")):
    id, timestamp = headers.get("${name}-id", ""), headers.get("${name}-timestamp", "0")
    if not timestamp.isdecimal() or abs(time.time() - int(timestamp)) > 300:
        return False
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key.removeprefix("whpk_")))
    signed = f"{id}.{timestamp}.".encode(errors="replace") + body
    for signature in headers.get("${name}-signature", "").split(" "):
        if signature.startswith("v1a,"):
            try:
                key.verify(base64.b64decode(signature[4:]), signed)
                return True
            except (InvalidSignature, ValueError):
                pass
    return False`,
    php: `<?php
// Needs the extension sodium, which PHP has since 7.2. $body: file_get_contents('php://input'), before json_decode.
function verify(string $body, string $publicKey): bool {
    $id = $_SERVER['${serverName(`${prefix}-id`)}'] ?? '';
    $timestamp = $_SERVER['${serverName(`${prefix}-timestamp`)}'] ?? '0';
    if (abs(time() - (int) $timestamp) > 300) return false;
    $key = base64_decode(preg_replace('/^whpk_/', '', $publicKey));
    foreach (explode(' ', $_SERVER['${serverName(`${prefix}-signature`)}'] ?? '') as $signature) {
        if (!str_starts_with($signature, 'v1a,')) continue;
        $given = base64_decode(substr($signature, 4));
        if (strlen($given) !== SODIUM_CRYPTO_SIGN_BYTES) continue;
        if (sodium_crypto_sign_verify_detached($given, "$id.$timestamp.$body", $key)) return true;
    }
    return false;
}`,
    go: `package webhooks

import (
	"crypto/ed25519"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Verify takes the raw body, before any JSON decoder.
func Verify(header http.Header, body []byte, publicKey string) bool {
	id, timestamp := header.Get("${prefix}-id"), header.Get("${prefix}-timestamp")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || time.Since(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return false
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(publicKey, "whpk_"))
	if err != nil || len(key) != ed25519.PublicKeySize {
		return false
	}
	signed := append([]byte(id+"."+timestamp+"."), body...)
	for _, signature := range strings.Split(header.Get("${prefix}-signature"), " ") {
		text, isEd25519 := strings.CutPrefix(signature, "v1a,")
		given, err := base64.StdEncoding.DecodeString(text)
		if isEd25519 && err == nil && ed25519.Verify(ed25519.PublicKey(key), signed, given) {
			return true
		}
	}
	return false
}`,
    curl: `# Sends your server a request signed with a key pair made here. Give your server the public key that it prints.
URL="\${1:-http://localhost:4000/webhooks}"
ID="msg_test" TIMESTAMP="$(date +%s)" BODY='{"hello": "world"}'
WORK="$(mktemp -d)"
openssl genpkey -algorithm ed25519 -out "$WORK/key.pem"
echo "WEBHOOK_PUBLIC_KEY=whpk_$(openssl pkey -in "$WORK/key.pem" -pubout -outform DER | tail -c 32 | base64)"
printf %s "$ID.$TIMESTAMP.$BODY" > "$WORK/signed"
SIGNATURE="$(openssl pkeyutl -sign -rawin -inkey "$WORK/key.pem" -in "$WORK/signed" | base64 | tr -d '\\n')"
rm -r "$WORK"
curl -i "$URL" -H 'content-type: application/json' --data-raw "$BODY" \\
  -H "${prefix}-id: $ID" -H "${prefix}-timestamp: $TIMESTAMP" -H "${prefix}-signature: v1a,$SIGNATURE"`,
  };
}
