import { type Language, NODE_CRYPTO } from "./signature.ts";

/** Standard Webhooks: `<prefix>-signature` holds signatures of `id.timestamp.body`, separated by spaces. */
export function standardSnippets(prefix: string): Record<Language, string> {
  return {
    node: `${NODE_CRYPTO}

// headers: as Node gives them, in lower case. body: the raw bytes or text, before any JSON parser.
export function verify(headers, body, secret = process.env.WEBHOOK_SECRET) {
  const id = headers["${prefix.toLowerCase()}-id"];
  const timestamp = headers["${prefix.toLowerCase()}-timestamp"];
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300)) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const expected = createHmac("sha256", key).update(\`\${id}.\${timestamp}.\`).update(body).digest();
  return (headers["${prefix.toLowerCase()}-signature"] ?? "").split(" ").some((signature) => {
    const given = Buffer.from(signature.replace(/^v1,/, ""), "base64");
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}`,
    python: `import base64, hashlib, hmac, os, time

# headers: with names in lower case. body: the raw bytes, before any JSON parser.
def verify(headers, body, secret=os.environ.get("WEBHOOK_SECRET", "")):
    id, timestamp = headers.get("${prefix.toLowerCase()}-id", ""), headers.get("${prefix.toLowerCase()}-timestamp", "0")
    if not timestamp.isdecimal() or abs(time.time() - int(timestamp)) > 300:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{id}.{timestamp}.".encode(errors="replace") + body
    expected = b"v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
    given = headers.get("${prefix.toLowerCase()}-signature", "").encode(errors="replace").split(b" ")
    return any(hmac.compare_digest(expected, signature) for signature in given)`,
    php: `<?php
// $body: file_get_contents('php://input'), before json_decode.
function verify(string $body, string $secret): bool {
    $id = $_SERVER['${serverName(`${prefix}-id`)}'] ?? '';
    $timestamp = $_SERVER['${serverName(`${prefix}-timestamp`)}'] ?? '0';
    if (abs(time() - (int) $timestamp) > 300) return false;
    $key = base64_decode(preg_replace('/^whsec_/', '', $secret));
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
    foreach (explode(' ', $_SERVER['${serverName(`${prefix}-signature`)}'] ?? '') as $signature) {
        if (hash_equals($expected, $signature)) return true;
    }
    return false;
}`,
    go: `package webhooks

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Verify takes the raw body, before any JSON decoder.
func Verify(header http.Header, body []byte, secret string) bool {
	id, timestamp := header.Get("${prefix}-id"), header.Get("${prefix}-timestamp")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || time.Since(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return false
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + timestamp + "."))
	mac.Write(body)
	expected := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for _, signature := range strings.Split(header.Get("${prefix}-signature"), " ") {
		if hmac.Equal([]byte(signature), []byte(expected)) {
			return true
		}
	}
	return false
}`,
    curl: `# Sends your server a signed request, as we would. WEBHOOK_SECRET is the secret above.
URL="\${1:-http://localhost:4000/webhooks}"
ID="msg_test" TIMESTAMP="$(date +%s)" BODY='{"hello": "world"}'
KEY="$(printf %s "\${WEBHOOK_SECRET#whsec_}" | base64 -d | od -An -v -tx1 | tr -d ' \\n')"
SIGNATURE="$(printf %s "$ID.$TIMESTAMP.$BODY" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | base64)"
curl -i "$URL" -H 'content-type: application/json' --data-raw "$BODY" \\
  -H "${prefix}-id: $ID" -H "${prefix}-timestamp: $TIMESTAMP" -H "${prefix}-signature: v1,$SIGNATURE"`,
  };
}

/** As PHP spells a request header. */
export function serverName(header: string): string {
  return `HTTP_${header.toUpperCase().replaceAll("-", "_")}`;
}
