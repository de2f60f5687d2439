#!/usr/bin/env bash
# Guess: a JWS library that does not know the `alg` of a signature says so; "verification failed" is said of a signature that does not fit.
# What happens: jose 5.9.6 says of a valid record in general serialisation "signature verification failed", the same words as of a forged one,
#   because it does not know `Ed25519` (RFC 9864), the name that replaces `EdDSA`; jose 5.10.0 verifies the same bytes. PyJWT cannot even
#   load the key set; it verifies when the same key and bytes are signed under the older name.
# Versions: jose 5.9.6 and 5.10.0 (npm), PyJWT 2.15.1, cryptography 50.0.2, Node 20
# Why it matters: an auditor with last year's library concludes that a department's warning is forged. docs/check-a-record.md lists what
#   was tried and gives a way that needs no JWS library; tests/acceptance/test_check_a_record.py runs it.
# Seen (2026-11-30): jose 5.9.6, valid: signature verification failed
#   jose 5.9.6, forged: signature verification failed
#   jose 5.10.0, valid: verified
#   jose 5.10.0, forged: signature verification failed
#   PyJWT 2.15.1, Ed25519: PyJWKError
#   PyJWT 2.15.1, EdDSA: verified
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check PyJWT==2.15.1 cryptography==50.0.2
cat > sign.py <<'PYTHON'
import base64
import json

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

plain = lambda data: base64.urlsafe_b64encode(data).rstrip(b"=").decode()
private = Ed25519PrivateKey.generate()
payload = plain('{"issuer":"truong.example","texts":{"sms":"KHONG chuyen tien."}}'.encode())


def signed(alg):
    key = {"kty": "OKP", "crv": "Ed25519", "x": plain(private.public_key().public_bytes_raw()), "kid": "1", "alg": alg, "use": "sig"}
    protected = plain(json.dumps({"alg": alg, "kid": "1"}).encode())
    return key, protected, plain(private.sign(f"{protected}.{payload}".encode()))


key, protected, signature = signed("Ed25519")
json.dump({"keys": [key]}, open("jwks.json", "w"))
for name, words in (("valid", payload), ("forged", payload[:-4] + "AAAA")):
    record = {"payload": words, "signatures": [{"protected": protected, "signature": signature}]}
    json.dump(record, open(f"{name}.json", "w"))

for alg in ("Ed25519", "EdDSA"):
    key, protected, signature = signed(alg)
    try:
        jwt.api_jws.PyJWS().decode(f"{protected}.{payload}.{signature}", jwt.PyJWK(key).key, algorithms=[alg])
        said = "verified"
    except jwt.PyJWTError as error:
        said = type(error).__name__
    print(f"PyJWT 2.15.1, {alg}: {said}")
PYTHON
cat > check.mjs <<'NODE'
import { readFileSync } from "node:fs";
import { createLocalJWKSet, generalVerify } from "jose";
const read = (name) => JSON.parse(readFileSync(name, "utf8"));
for (const name of ["valid", "forged"]) {
  const said = await generalVerify(read(`${name}.json`), createLocalJWKSet(read("jwks.json"))).then(() => "verified", (error) => error.message);
  console.log(`jose ${process.argv[2]}, ${name}: ${said}`);
}
NODE
venv/bin/python sign.py > python.txt
echo '{"type": "module"}' > package.json
for version in 5.9.6 5.10.0; do
  npm install --silent --no-audit --no-fund "jose@$version"
  node check.mjs "$version"
done > node.txt
cat node.txt python.txt
grep -qx 'jose 5.9.6, valid: signature verification failed' node.txt
grep -qx 'jose 5.9.6, forged: signature verification failed' node.txt
grep -qx 'jose 5.10.0, valid: verified' node.txt
grep -qx 'PyJWT 2.15.1, Ed25519: PyJWKError' python.txt
grep -qx 'PyJWT 2.15.1, EdDSA: verified' python.txt
