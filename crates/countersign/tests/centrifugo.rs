//! The same results as in Centrifugo's own tests of its verifier, token by token
//! (internal/jwtverify/token_verifier_jwt_test.go, described and not copied), for static keys. If
//! the result here is stricter, the row says why.

use crate::common;

use common::*;
use countersign::{Authenticator, Code, UnixTime};

const P0: &str = r#""sub":"2694","info":{"first_name":"Alexander","last_name":"Emelin"}"#;

/// The expected result for a token.
enum Verdict {
    /// As in Centrifugo: accepted, for this user.
    User(&'static str),
    /// As in Centrifugo: refused.
    Refused(Code),
    /// Accepted by Centrifugo, refused here, for a reason.
    Stricter(Code, &'static str),
}
use Verdict::{Refused, Stricter, User};

fn with(options: &str) -> Authenticator {
    configured(&format!(r#"{{"token_hmac_secret_key":"secret"{options}}}"#))
}

fn connection(payload: &str) -> String {
    hmac(b"secret", "HS256", &format!("{{{payload}}}"))
}

fn judge(authenticator: &Authenticator, token: &str, verdict: &Verdict, name: &str) {
    let outcome = connect(authenticator, token);
    match verdict {
        User(user) => assert_eq!(outcome, Ok((*user).into()), "{name}"),
        Refused(code) => assert_eq!(outcome, Err(*code), "{name}"),
        Stricter(code, reason) => assert_eq!(outcome, Err(*code), "{name}: {reason}"),
    }
}

#[test]
fn connection_tokens_have_the_verdict_of_centrifugo() {
    let p0 = |more: &str| format!("{P0}{more}");
    let rows = [
        ("Valid", "", p0(""), User("2694")),
        ("CustomClaim 1", "", r#""user_id":"test""#.into(), User("")),
        (
            "CustomClaim 2",
            r#","token_user_id_claim":"user_id""#,
            r#""user_id":"test""#.into(),
            User("test"),
        ),
        (
            "CustomClaim 5",
            r#","token_user_id_claim":"user_id""#,
            String::new(),
            User(""),
        ),
        (
            "Audience 1",
            r#","token_audience":"test2""#,
            p0(""),
            Refused(Code::Audience),
        ),
        (
            "Audience 2",
            r#","token_audience":"test2""#,
            p0(r#","aud":"test""#),
            Refused(Code::Audience),
        ),
        (
            "Audience 3",
            r#","token_audience":"test""#,
            p0(r#","aud":"test""#),
            User("2694"),
        ),
        (
            "Audience 4",
            r#","token_audience_regex":"test""#,
            p0(r#","aud":"test""#),
            User("2694"),
        ),
        (
            "Audience 5",
            r#","token_audience_regex":"test2""#,
            p0(r#","aud":"test""#),
            Refused(Code::Audience),
        ),
        (
            "Issuer 1",
            r#","token_issuer":"test2""#,
            p0(""),
            Refused(Code::Issuer),
        ),
        (
            "Issuer 2",
            r#","token_issuer":"test2""#,
            p0(r#","iss":"test""#),
            Refused(Code::Issuer),
        ),
        (
            "Issuer 3",
            r#","token_issuer":"test""#,
            p0(r#","iss":"test""#),
            User("2694"),
        ),
        (
            "Issuer 4",
            r#","token_issuer_regex":"test""#,
            p0(r#","iss":"test""#),
            User("2694"),
        ),
        (
            "Issuer 5",
            r#","token_issuer_regex":"test2""#,
            p0(r#","iss":"test""#),
            Refused(Code::Issuer),
        ),
        (
            "Expired",
            "",
            p0(r#","exp":1588351704"#),
            Refused(Code::Expired),
        ),
        // Centrifugo reports a token before its time as expired.
        (
            "NotBefore 1",
            "",
            p0(r#","exp":3176820570,"nbf":3176820560"#),
            Refused(Code::NotYetValid),
        ),
        ("StringAudience", "", p0(r#","aud":"foo""#), User("2694")),
        (
            "ArrayAudience",
            "",
            p0(r#","aud":["foo","bar"]"#),
            User("2694"),
        ),
        (
            "regex, in part",
            r#","token_issuer_regex":"test""#,
            p0(r#","iss":"xtesty""#),
            Stricter(
                Code::Issuer,
                "an expression matches the whole claim (CVE-2024-53861)",
            ),
        ),
        (
            "exp null",
            "",
            p0(r#","exp":null"#),
            Stricter(Code::Claims, "null is a type, not an absence"),
        ),
        (
            "exp in quotes",
            "",
            p0(r#","exp":"4102444800""#),
            Stricter(Code::Claims, "a date is a number"),
        ),
        (
            "sub twice",
            "",
            p0(r#","sub":"2694""#),
            Stricter(Code::Malformed, "names stand once (RFC 7519 section 4)"),
        ),
        (
            "nbf 1e308",
            "",
            p0(r#","nbf":1e308"#),
            Stricter(Code::Claims, "no time of 64 bits; there it wraps around"),
        ),
        (
            "expire_at null",
            "",
            p0(r#","expire_at":null"#),
            Stricter(Code::Claims, "null is a type, not an absence"),
        ),
        (
            "channel empty",
            "",
            p0(r#","channel":"""#),
            Stricter(
                Code::WrongKind,
                "any `channel` makes it a subscription token",
            ),
        ),
        ("iat ahead", "", p0(r#","iat":4102444800"#), User("2694")),
        (
            "exp with a fraction",
            "",
            p0(r#","exp":4102444800.9"#),
            User("2694"),
        ),
        (
            "SUB",
            "",
            r#""SUB":"2694""#.into(),
            Stricter(Code::Claims, "a name in another case is refused"),
        ),
    ];
    for (name, options, payload, verdict) in rows {
        judge(&with(options), &connection(&payload), &verdict, name);
    }
}

#[test]
fn info_is_passed_on_unchanged() {
    let token = connection(P0);
    let connection = with("").connection(&token, now()).unwrap();
    let info = br#"{"first_name":"Alexander","last_name":"Emelin"}"#;
    assert_eq!(connection.info(), Some(&info[..]));
}

#[test]
fn wrong_signatures_have_the_verdict_of_centrifugo() {
    let valid = connection(P0);
    let expired = connection(&format!(r#"{P0},"exp":1588351704"#));
    let rsa = configured(&format!(
        r#"{{"token_rsa_public_key":{}}}"#,
        quoted(RSA_PUBLIC)
    ));
    judge(
        &rsa,
        &expired,
        &Refused(Code::Algorithm),
        "DisabledAlgorithm: not called expired",
    );

    let wrong = hmac(
        b"wrong",
        "HS256",
        &format!(r#"{{{P0},"exp":1588419693,"nbf":1588418693}}"#),
    );
    judge(
        &with(""),
        &wrong,
        &Refused(Code::Signature),
        "InvalidSignature",
    );
    // Centrifugo has a mode that skips signatures; here there is none.
    judge(
        &with(""),
        &format!("{valid}xxx"),
        &Refused(Code::Malformed),
        "SkipVerify",
    );
    judge(
        &with(""),
        "Invalid jwt",
        &Refused(Code::Malformed),
        "Invalid JWT",
    );
    judge(&with(""), "", &Refused(Code::Malformed), "Empty JWT");
    let folded = valid.replacen('.', "\n.", 1);
    judge(
        &with(""),
        &folded,
        &Stricter(Code::Malformed, "base64url has no line ends"),
        "CR/LF",
    );
}

#[test]
fn one_verifier_with_keys_of_each_family_has_the_verdict_of_centrifugo() {
    let text = format!(
        r#"{{"token_hmac_secret_key":"{SECRET}","token_rsa_public_key":{},"token_ecdsa_public_key":{}}}"#,
        quoted(RSA_PUBLIC),
        quoted(P256_PUBLIC)
    );
    let authenticator = configured(&text);
    let exp = NOW.saturating_add(86_400);
    for alg in ["HS256", "RS256", "ES256"] {
        let header = format!(r#"{{"alg":"{alg}","typ":"JWT"}}"#);
        let make = |claims: &str| signed(&pair(alg).0, alg, &header, &format!(r#"{{{claims}}}"#));

        let token = make(&format!(r#""sub":"user","b64info":"e30=","exp":{exp}"#));
        let connection = authenticator.connection(&token, now()).unwrap();
        assert_eq!(connection.expires(), Some(UnixTime::from_secs(exp)));
        assert_eq!(connection.info(), Some(&b"{}"[..]));
        assert_eq!(connection.channels().len(), 0);

        let of = |exp: i64| {
            format!(r#""channel":"channel1","client":"client1","b64info":"e30=","exp":{exp}"#)
        };
        let subscription = authenticator.subscription(&make(&of(exp)), now()).unwrap();
        assert_eq!(
            (subscription.channel(), subscription.client()),
            ("channel1", Some("client1"))
        );
        assert_eq!(subscription.expires(), Some(UnixTime::from_secs(exp)));
        assert_eq!(subscription.info(), Some(&b"{}"[..]));

        let expired = make(&of(NOW.saturating_sub(86_400)));
        assert_eq!(subscribe(&authenticator, &expired), Err(Code::Expired));
        assert_eq!(
            subscribe(&authenticator, &format!("{}xxx", make(&of(exp)))),
            Err(Code::Malformed)
        );
    }
    for text in ["", "randomToken"] {
        assert_eq!(subscribe(&authenticator, text), Err(Code::Malformed));
    }
}

#[test]
fn a_custom_user_claim_applies_to_subscription_tokens_too() {
    let token = connection(r#""user_id":"test","channel":"channel""#);
    let options = r#","token_user_id_claim":"user_id""#;
    let subscription = with(options).subscription(&token, now()).unwrap();
    assert_eq!(
        (subscription.user(), subscription.channel()),
        ("test", "channel")
    );
    // Without the option the token names no user, and is refused.
    assert_eq!(subscribe(&with(""), &token), Err(Code::Claims));
}

#[test]
fn previous_secrets_have_the_verdict_of_centrifugo_also_after_a_reload() {
    let rules = |previous: &str| {
        let text = format!(
            r#"{{"token_hmac_secret_key":"new-secret","token_hmac_previous_secret_key":"{previous}"}}"#
        );
        json(&text)
            .unwrap()
            .setup()
            .build()
            .unwrap()
            .ignore_warnings()
            .rules
    };
    let by = |secret: &str| hmac(secret.as_bytes(), "HS256", &format!("{{{P0}}}"));
    let authenticator = Authenticator::new(rules("old-secret"));
    for (secret, verdict) in [
        ("old-secret", User("2694")),
        ("new-secret", User("2694")),
        ("unknown", Refused(Code::Signature)),
        ("another-old-secret", Refused(Code::Signature)),
    ] {
        judge(&authenticator, &by(secret), &verdict, secret);
    }
    authenticator.reload(rules("another-old-secret"));
    judge(
        &authenticator,
        &by("old-secret"),
        &Refused(Code::Signature),
        "after the reload",
    );
    judge(
        &authenticator,
        &by("another-old-secret"),
        &User("2694"),
        "after the reload",
    );
}
