import { type BodySignature, type Language, NODE_CRYPTO } from "./signature.ts";
import { serverName } from "./standard.ts";

/** HMAC-SHA256 of the body with the secret's text as key, in one header. */
export function bodySnippets({ header, valuePrefix, encoding }: BodySignature): Record<Language, string> {
  const name = header.toLowerCase();
  const isHex = encoding === "hex";
  return {
    node: `${NODE_CRYPTO}

// headers: as Node gives them, in lower case. body: the raw bytes or text, before any JSON parser.
export function verify(headers, body, secret = process.env.WEBHOOK_SECRET) {
  const digest = createHmac("sha256", secret).update(body).digest("${isHex ? "hex" : "base64"}");
  const expected = Buffer.from("${valuePrefix}" + digest);
  const given = Buffer.from(headers["${name}"] ?? "");
  return given.length === expected.length && timingSafeEqual(given, expected);
}`,
    python: `import base64, hashlib, hmac, os

# headers: with names in lower case. body: the raw bytes, before any JSON parser.
def verify(headers, body, secret=os.environ.get("WEBHOOK_SECRET", "")):
    digest = hmac.new(secret.encode(), body, hashlib.sha256)
    expected = "${valuePrefix}" + ${isHex ? "digest.hexdigest()" : "base64.b64encode(digest.digest()).decode()"}
    return hmac.compare_digest(expected.encode(), headers.get("${name}", "").encode(errors="replace"))`,
    php: `<?php
// $body: file_get_contents('php://input'), before json_decode.
function verify(string $body, string $secret): bool {
    $digest = ${isHex ? "hash_hmac('sha256', $body, $secret)" : "base64_encode(hash_hmac('sha256', $body, $secret, true))"};
    return hash_equals('${valuePrefix}' . $digest, $_SERVER['${serverName(header)}'] ?? '');
}`,
    go: `package webhooks

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/${isHex ? "hex" : "base64"}"
	"net/http"
)

// Verify takes the raw body, before any JSON decoder.
func Verify(header http.Header, body []byte, secret string) bool {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	expected := "${valuePrefix}" + ${isHex ? "hex.EncodeToString(mac.Sum(nil))" : "base64.StdEncoding.EncodeToString(mac.Sum(nil))"}
	return hmac.Equal([]byte(header.Get("${header}")), []byte(expected))
}`,
    curl: `# Sends your server a signed request, as we would. WEBHOOK_SECRET is the secret above.
URL="\${1:-http://localhost:4000/webhooks}"
BODY='{"hello":"world"}'
KEY="$(printf %s "$WEBHOOK_SECRET" | od -An -v -tx1 | tr -d ' \\n')"
SIGNATURE="$(printf %s "$BODY" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | ${isHex ? "od -An -v -tx1 | tr -d ' \\n'" : "base64"})"
curl -i "$URL" -H 'content-type: application/json' --data-raw "$BODY" \\
  -H "${header}: ${valuePrefix}$SIGNATURE"`,
  };
}
