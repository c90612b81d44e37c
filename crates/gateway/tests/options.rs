//! The options of the server, by the names of Centrifugo v2 to v6.

use std::time::Duration;

use countersign_gateway::options::{GivenOption, OptionError, Options, TlsSource, read};
use countersign_gateway::session::ChannelRules;

/// The options of a file: a JSON object, whose members are given one by one.
fn file(text: &str) -> Vec<GivenOption> {
    let table: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).unwrap();
    let given = table.into_iter();
    given
        .map(|(name, value)| GivenOption::of_file(name, value.to_string()))
        .collect()
}

fn variable(name: &str, value: &str) -> GivenOption {
    GivenOption::of_environment(name, serde_json::Value::from(value).to_string())
}

fn options(text: &str) -> Result<Options, OptionError> {
    read(&file(text), false)
}

fn fault(text: &str) -> String {
    options(text).unwrap_err().to_string()
}

#[test]
fn options_of_v2_are_those_of_v2_with_a_warning() {
    let options = options(
        r#"{"publish": true, "presence": true, "namespaces": [
            {"name": "ns", "anonymous": true, "publish": true, "subscribe_to_publish": true, "join_leave": true}
        ]}"#,
    )
    .unwrap();
    assert!(options.warnings[0].contains("`channel_rules`"));
    let channels = &options.server.sessions.channels;
    assert_eq!(channels.rules, ChannelRules::V2);
    let top = &channels.without_namespace;
    assert!(top.subscribe.client && top.publish.client && top.presence);
    assert!(!top.subscribe.anonymous && !top.join_leave);
    let inner = &channels.namespaces["ns"];
    assert!(inner.subscribe.anonymous && inner.join_leave && inner.force_push_join_leave);
    assert!(!inner.publish.client && inner.publish.subscriber);
    // A namespace inherits nothing.
    assert!(!inner.presence);
}

#[test]
fn options_of_v4_and_later_select_their_rules() {
    for text in [
        r#"{"allow_subscribe_for_client": true}"#,
        r#"{"namespaces": [{"name": "ns", "allow_publish_for_client": true}]}"#,
        r#"{"channel": {"without_namespace": {"presence": true}}}"#,
        r#"{"channel": {"namespaces": [{"name": "ns"}]}}"#,
        r#"{"channel_rules": "v4"}"#,
    ] {
        let options = options(text).unwrap();
        assert_eq!(
            options.server.sessions.channels.rules,
            ChannelRules::V4,
            "{text}"
        );
        assert_eq!(options.warnings, [] as [String; 0], "{text}");
    }
    let options = read(&[], true).unwrap();
    assert_eq!(options.server.sessions.channels.rules, ChannelRules::V4);
    let given = [variable("COUNTERSIGN_ALLOW_SUBSCRIBE_FOR_CLIENT", "true")];
    let options = read(&given, false).unwrap();
    let channels = &options.server.sessions.channels;
    assert_eq!(channels.rules, ChannelRules::V4);
    assert!(channels.without_namespace.subscribe.client);
    assert!(!channels.without_namespace.publish.client);

    let given = [variable(
        "COUNTERSIGN_CHANNEL_WITHOUT_NAMESPACE_FORCE_PUSH_JOIN_LEAVE",
        "true",
    )];
    let top = read(&given, false)
        .unwrap()
        .server
        .sessions
        .channels
        .without_namespace;
    assert!(top.force_push_join_leave && !top.join_leave);
}

#[test]
fn options_that_only_v2_has_beside_those_of_v4_are_an_error() {
    for (text, option) in [
        (r#"{"channel_rules": "v4", "publish": true}"#, "`publish`"),
        (
            r#"{"allow_subscribe_for_client": true, "namespaces": [{"name": "ns", "anonymous": true}]}"#,
            "`namespaces[0].anonymous`",
        ),
        (
            r#"{"channel_rules": "v2", "allow_subscribe_for_client": true}"#,
            "`channel_rules`",
        ),
    ] {
        let fault = fault(text);
        assert!(fault.starts_with(option), "{fault}");
    }
}

#[test]
fn an_option_that_restricts_access_and_is_not_implemented_is_an_error() {
    for (text, option) in [
        (r#"{"channel_regex": "^[a-z]+$"}"#, "`channel_regex`"),
        (
            r#"{"namespaces": [{"name": "ns", "proxy_subscribe": true}]}"#,
            "`namespaces[0].proxy_subscribe`",
        ),
        (
            r#"{"channel": {"without_namespace": {"subscribe_proxy_enabled": true}}}"#,
            "`channel.without_namespace.subscribe_proxy_enabled`",
        ),
        (
            r#"{"user_personal_single_connection": true}"#,
            "`user_personal_single_connection`",
        ),
        (r#"{"tls_client_ca": "ca.pem"}"#, "`tls_client_ca`"),
        (
            r#"{"http_server": {"tls": {"enabled": true, "client_ca_pem_file": "ca.pem"}}}"#,
            "`http_server.tls.client_ca_pem_file`",
        ),
    ] {
        let fault = fault(text);
        assert!(fault.starts_with(option), "{fault}");
    }
    // Switched off it restricts nothing.
    assert!(options(r#"{"proxy_subscribe": false, "channel_regex": ""}"#).is_ok());
}

#[test]
fn other_options_that_are_not_implemented_give_a_warning() {
    let text = r#"{"channel_rules": "v2", "sockjs": true, "history_size": 10, "redis_address": "r:6379", "admin": false}"#;
    let warnings = options(text).unwrap().warnings;
    assert_eq!(warnings.len(), 3, "{warnings:?}");
    for option in ["sockjs", "history_size", "redis_address"] {
        assert!(
            warnings
                .iter()
                .any(|it| it.starts_with(&format!("`{option}`"))),
            "{option}"
        );
    }
    assert!(fault(r#"{"namespaces": [{"name": "ns", "nonsense": 1}]}"#).contains("nonsense"));
}

#[test]
fn each_option_is_read_by_each_of_its_names() {
    let flat = options(
        r#"{"channel_rules": "v2", "address": "::1", "port": "8001", "client_expired_close_delay": "1m30s",
            "client_expired_sub_close_delay": 5, "allowed_origins": ["https://a.test"],
            "channel_private_prefix": "@", "user_subscribe_to_personal": true, "shared_users": true,
            "tls": true, "tls_cert": "c.pem", "tls_key": "k.pem"}"#,
    )
    .unwrap();
    let nested = options(
        r#"{"http_server": {"address": "::1", "port": 8001,
                "tls": {"enabled": true, "cert_pem_file": "c.pem", "key_pem_file": "k.pem"}},
            "client.expired_close_delay": "90s", "client.expired_sub_close_delay": "5s",
            "client.allowed_origins": ["https://a.test"], "channel": {"private_prefix": "@"},
            "client.subscribe_to_user_personal_channel": {"enabled": true}, "shared_users": true}"#,
    )
    .unwrap();
    for options in [flat, nested] {
        assert_eq!(
            (options.address.as_deref(), options.port),
            (Some("::1"), Some(8001))
        );
        let sessions = &options.server.sessions;
        assert_eq!(sessions.expired_close_delay, Duration::from_secs(90));
        assert_eq!(sessions.expired_sub_close_delay, Duration::from_secs(5));
        assert_eq!(sessions.channels.private_prefix, "@");
        assert_eq!(sessions.channels.personal.as_deref(), Some(""));
        assert_eq!(options.server.allowed_origins, ["https://a.test"]);
        assert!(options.shared_users);
        let files = TlsSource::Files {
            chain: "c.pem".into(),
            key: "k.pem".into(),
        };
        assert_eq!(options.tls, Some(files));
    }
}

#[test]
fn variables_win_over_the_file() {
    let mut given = file(r#"{"port": 8001, "publish": true}"#);
    given.push(variable("COUNTERSIGN_PORT", "8002"));
    given.push(variable("COUNTERSIGN_PUBLISH", "false"));
    given.push(variable("COUNTERSIGN_CLIENT_EXPIRED_CLOSE_DELAY", "7s"));
    let options = read(&given, false).unwrap();
    assert_eq!(options.port, Some(8002));
    let channels = &options.server.sessions.channels;
    assert!(!channels.without_namespace.publish.client);
    // This variable is of v2 too, and selects nothing.
    assert_eq!(channels.rules, ChannelRules::V2);
    assert_eq!(
        options.server.sessions.expired_close_delay,
        Duration::from_secs(7)
    );
}

#[test]
fn variables_of_centrifugo_are_read_and_ours_win_over_them() {
    let centrifugo = variable("CENTRIFUGO_HTTP_SERVER_PORT", "8001");
    let ours = variable("COUNTERSIGN_PORT", "8002");
    for (given, port) in [
        (vec![centrifugo.clone()], 8001),
        (vec![ours.clone(), centrifugo], 8002),
    ] {
        assert_eq!(read(&given, false).unwrap().port, Some(port));
    }
    for name in ["CENTRIFUGO_PORT", "COUNTERSIGN_PORT"] {
        let error = read(&[variable(name, "many")], false).unwrap_err();
        assert!(error.to_string().contains(&format!("`{name}`")), "{error}");
    }
    // Two names of one option in one layer.
    let twice = [ours, variable("COUNTERSIGN_HTTP_SERVER_PORT", "8003")];
    assert!(read(&twice, false).is_err());
}

#[test]
fn faults_name_the_option_and_what_is_expected() {
    for (text, expected) in [
        (
            r#"{"port": 70000}"#,
            "`port`: found another type; expected a port, 0 to 65535",
        ),
        (
            r#"{"publish": "yes"}"#,
            "`publish`: found another type; expected true or false",
        ),
        (
            r#"{"namespaces": [{}]}"#,
            "`namespaces`: found a namespace without a `name`; give it one",
        ),
        (
            r#"{"namespaces": [{"name": "a"}, {"name": "a"}]}"#,
            "`namespaces`: found two namespaces with the name \"a\"",
        ),
        (
            r#"{"channel_rules": "v3"}"#,
            "`channel_rules`: expected \"v2\" or \"v4\"",
        ),
        (
            r#"{"user_subscribe_to_personal": true, "user_personal_channel_namespace": "me"}"#,
            "`user_personal_channel_namespace`: there is no namespace \"me\"; add it",
        ),
    ] {
        assert_eq!(fault(text), expected);
    }
    let twice = fault(r#"{"port": 1, "http_server": {"port": 2}}"#);
    assert!(twice.contains("give it once"), "{twice}");
    assert!(fault(r#"{"tls": true}"#).contains("`tls_cert`"));
    let key = r#"{"channel_rules": "v2", "tls": true, "tls_cert_pem": "c", "tls_key_pem": "-----SECRET"}"#;
    let shown = format!("{:?} {:?}", options(key).unwrap(), file(key));
    assert!(!shown.contains("SECRET"), "{shown}");
}
