//! Configurations of Centrifugo load unchanged, except for options that switch a check off.

use crate::common;

use common::*;
use countersign::config::{Config, Format};
use countersign::{Authenticator, Code};

/// The options that a v2.8.7 server usually has.
const V2: &str = r#"{
  "v3_use_offset": true,
  "token_hmac_secret_key": "bbe7d157-a253-4094-9759-06a8236543f9",
  "token_rsa_public_key": "RSA",
  "token_ecdsa_public_key": "EC",
  "admin": true,
  "admin_password": "d0683813-0916-4c49-979f-0e08a686b727",
  "admin_secret": "4e9eafcf-0120-4ddd-b668-8dc40072c78e",
  "api_key": "d7627bb6-2292-4911-82e1-615c0ed3eebb",
  "address": "0.0.0.0",
  "port": 8000,
  "internal_port": "9000",
  "engine": "redis",
  "redis_host": "redis",
  "redis_port": 6379,
  "log_level": "info",
  "anonymous": false,
  "client_anonymous": false,
  "client_insecure": false,
  "client_expired_close_delay": 25,
  "client_user_connection_limit": 10,
  "channel_private_prefix": "$",
  "presence": true,
  "join_leave": true,
  "history_size": 10,
  "history_lifetime": 300,
  "history_recover": true,
  "proxy_connect_endpoint": "http://localhost:3000/connect",
  "namespaces": [{"name": "chat", "presence": true, "token": "not ours"}],
  "prometheus": true,
  "sockjs_heartbeat_delay": 25,
  "tls_autocert": false,
  "uni_sse": true
}"#;

const V6: &str = r#"
http_server:
  port: 8000
log:
  level: info
admin:
  enabled: true
  password: d0683813
http_api:
  key: d7627bb6
client:
  allowed_origins: ["https://chat.example"]
  expired_close_delay: 25s
  insecure: false
  insecure_skip_token_signature_verify: false
  token:
    hmac_secret_key: bbe7d157-a253-4094-9759-06a8236543f9
    audience: chat
    insecure_skip_jwks_endpoint_safety_check: false
  subscription_token:
    enabled: true
    hmac_secret_key: 7c4bd1e4-1b3c-4f0c-a56f-3a3b1f0f2a11
  disallow_anonymous_connection_tokens: true
channel:
  without_namespace:
    presence: true
  namespaces:
    - name: chat
      insecure: whatever
engine:
  type: redis
  redis:
    address: redis:6379
prometheus:
  enabled: true
"#;

#[test]
fn a_whole_configuration_of_v2_loads_and_its_tokens_are_verified() {
    let text = V2
        .replace("\"RSA\"", &quoted(RSA_PUBLIC))
        .replace("\"EC\"", &quoted(P256_PUBLIC));
    let config = json(&text).unwrap();
    for left in [
        "admin_password",
        "namespaces",
        "port",
        "client_expired_close_delay",
        "anonymous",
    ] {
        assert!(
            config.left_alone().iter().any(|name| name == left),
            "{left}"
        );
    }
    for ours in [
        "token_hmac_secret_key",
        "client_anonymous",
        "client_insecure",
    ] {
        assert!(
            !config.left_alone().iter().any(|name| name == ours),
            "{ours}"
        );
    }
    let (setup, warnings) = config.setup().build().unwrap().into_parts();
    assert!(warnings.is_empty(), "{warnings:?}");
    let authenticator = Authenticator::new(setup.rules);
    let hmac = hmac(
        b"bbe7d157-a253-4094-9759-06a8236543f9",
        "HS256",
        r#"{"sub":"42"}"#,
    );
    assert_eq!(connect(&authenticator, &hmac), Ok("42".into()));
    for alg in ["RS256", "ES256"] {
        let token = signed(
            &pair(alg).0,
            alg,
            &format!(r#"{{"alg":"{alg}"}}"#),
            r#"{"sub":"42"}"#,
        );
        assert_eq!(connect(&authenticator, &token), Ok("42".into()), "{alg}");
    }
}

/// A v3 server may use names of v2; a v5 server builds the names of TLS options from a prefix.
#[test]
fn configurations_of_v3_to_v5_load_with_the_options_of_their_brokers() {
    let token = r#""token_hmac_secret_key":"bbe7d157-a253-4094-9759-06a8236543f9""#;
    let tls = [
        "key",
        "cert",
        "cert_pem",
        "key_pem",
        "root_ca",
        "root_ca_pem",
        "client_ca",
        "client_ca_pem",
        "server_name",
        "insecure_skip_verify",
    ];
    let of_redis = |prefix: &str| {
        let options = tls.map(|name| format!(r#""{prefix}_tls_{name}":"x""#));
        format!(r#""{prefix}_tls":true,{}"#, options.join(","))
    };
    for options in [
        r#""recover":true,"history_size":10,"history_ttl":"60s""#.to_owned(),
        r#""protected":true"#.to_owned(),
        format!(
            r#""engine":"redis",{},{}"#,
            of_redis("redis"),
            of_redis("redis_sentinel")
        ),
        r#""broker":"nats","nats_tls":{"enabled":true}"#.to_owned(),
    ] {
        let config = json(&format!("{{{token},{options}}}"));
        let config = config.unwrap_or_else(|error| panic!("{options}: {error}"));
        assert!(config.setup().build().is_ok());
    }
}

#[test]
fn options_that_do_not_concern_tokens_are_ignored_also_as_variables() {
    let of = |name: &str| {
        let secret = ("COUNTERSIGN_TOKEN_HMAC_SECRET_KEY", SECRET);
        Config::from_environment(variables(&[secret, (name, "x")]))
    };
    for name in [
        "COUNTERSIGN_LOG_LEVEL",
        "COUNTERSIGN_ADDRESS",
        "COUNTERSIGN_HTTP_API_KEY",
        "COUNTERSIGN_CLIENT_ALLOWED_ORIGINS",
        "COUNTERSIGN_CLIENT_PROXY_CONNECT_ENDPOINT",
    ] {
        let config = of(name).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(config.left_alone(), [name]);
    }
    // A name that is close to one of ours is probably misspelt.
    assert!(of("COUNTERSIGN_CLIENT_ANONIMOUS").is_err());
}

#[test]
fn a_whole_configuration_of_v6_loads_and_its_tokens_are_verified() {
    let config = Config::from_text(V6, Format::Yaml, []).unwrap();
    for left in [
        "http_server",
        "admin",
        "client.allowed_origins",
        "channel.without_namespace",
        "channel.namespaces",
        "engine",
    ] {
        assert!(
            config.left_alone().iter().any(|name| name == left),
            "{left}"
        );
    }
    let authenticator = Authenticator::new(config.setup().build().unwrap().ignore_warnings().rules);
    let of_connections = |payload| hmac(b"bbe7d157-a253-4094-9759-06a8236543f9", "HS256", payload);
    let of_subscriptions =
        |payload| hmac(b"7c4bd1e4-1b3c-4f0c-a56f-3a3b1f0f2a11", "HS256", payload);
    assert_eq!(
        connect(
            &authenticator,
            &of_connections(r#"{"sub":"42","aud":"chat"}"#)
        ),
        Ok("42".into())
    );
    assert_eq!(
        connect(&authenticator, &of_connections(r#"{"sub":"42"}"#)),
        Err(Code::Audience)
    );
    assert_eq!(
        connect(&authenticator, &of_connections(r#"{"aud":"chat"}"#)),
        Err(Code::Anonymous)
    );
    assert_eq!(
        subscribe(
            &authenticator,
            &of_subscriptions(r#"{"sub":"42","channel":"c"}"#)
        ),
        Ok("c".into())
    );
    let other = of_connections(r#"{"channel":"c","aud":"chat"}"#);
    assert_eq!(subscribe(&authenticator, &other), Err(Code::Signature));
}

#[test]
fn g21_a_variable_can_be_off_like_any_other_flag() {
    for (value, good) in [("False", true), ("f", true), ("", true), ("True", false)] {
        let variables = [
            ("COUNTERSIGN_TOKEN_HMAC_SECRET_KEY", "secret"),
            ("COUNTERSIGN_CLIENT_INSECURE", value),
        ];
        let config = Config::from_environment(common::variables(&variables));
        assert_eq!(config.is_ok(), good, "{value}");
    }
}

#[test]
fn g21_an_option_that_switches_a_check_off_is_refused_unless_it_is_off() {
    let token = r#""hmac_secret_key":"secret""#;
    let in_client = |more: &str| format!(r#"{{"client":{{"token":{{{token}}},{more}}}}}"#);
    let flat = |more: &str| format!(r#"{{"token_hmac_secret_key":"secret",{more}}}"#);
    for (on, off) in [
        (
            flat(r#""client_insecure":true"#),
            flat(r#""client_insecure":false"#),
        ),
        (
            in_client(r#""insecure":true"#),
            in_client(r#""insecure":false"#),
        ),
        (
            flat(r#""client_insecure_skip_token_signature_verify":true"#),
            flat(r#""client_insecure_skip_token_signature_verify":false"#),
        ),
        (
            in_client(r#""insecure_skip_token_signature_verify":true"#),
            in_client(r#""insecure_skip_token_signature_verify":false"#),
        ),
        (
            flat(r#""client_user_id_http_header":"X-User-Id""#),
            flat(r#""client_user_id_http_header":"""#),
        ),
        (
            flat(r#""client_user_id_http_header":"X-User-Id""#),
            flat(r#""client_user_id_http_header":null"#),
        ),
        (
            in_client(r#""user_id_http_header":"X-User-Id""#),
            in_client(r#""user_id_http_header":"""#),
        ),
        (
            flat(r#""skip_user_check_in_subscription_token":true"#),
            flat(r#""skip_user_check_in_subscription_token":false"#),
        ),
        (
            format!(
                r#"{{"client":{{"token":{{{token},"insecure_skip_jwks_endpoint_safety_check":true}}}}}}"#
            ),
            format!(
                r#"{{"client":{{"token":{{{token},"insecure_skip_jwks_endpoint_safety_check":false}}}}}}"#
            ),
        ),
    ] {
        let error = json(&on).unwrap_err();
        assert!(
            error.option_name().is_some() && error.to_string().contains("is refused"),
            "{on}: {error}"
        );
        let config = json(&off).unwrap_or_else(|error| panic!("{off}: {error}"));
        assert!(config.setup().build().is_ok(), "{off}");
    }
    let variable = |value: &str| {
        let insecure = variables(&[("COUNTERSIGN_CLIENT_INSECURE", value)]);
        Config::from_text(&flat(r#""port":1"#), Format::Json, insecure)
    };
    assert!(variable("true").is_err() && variable("1").is_err() && variable("yes").is_err());
    assert!(variable("false").is_ok() && variable("0").is_ok());
}
