"""Runs commands with PyJWT: one command per line on standard input, one answer per line on standard
output.

    {"do": "sign", "alg": "HS256", "key": KEY, "claims": {...}, "header": {...}}  ->  {"token": "..."}
    {"do": "verify", "alg": "HS256", "key": KEY, "token": "..."}                  ->  {"claims": {...}}

KEY is {"secret": "..."} in base64url or {"pem": "..."}. If the library
refuses, the answer is {"error": "..."}.
"""

import base64
import json
import sys

import jwt


def key_of(key):
    if "pem" in key:
        return key["pem"]
    secret = key["secret"]
    return base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))


def sign(command):
    return {
        "token": jwt.encode(
            command["claims"],
            key_of(command["key"]),
            algorithm=command["alg"],
            headers=command.get("header"),
        )
    }


def verify(command):
    return {
        "claims": jwt.decode(
            command["token"],
            key_of(command["key"]),
            algorithms=[command["alg"]],
            options={"verify_aud": False},
        )
    }


for line in sys.stdin:
    command = json.loads(line)
    try:
        answer = {"sign": sign, "verify": verify}[command["do"]](command)
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
