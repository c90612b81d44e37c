//! `jwks`, and tokens that are checked with keys from an endpoint.

use crate::support;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};

use support::Place;

/// A server that gives the same answer to every request, until it is dropped.
struct Server {
    address: SocketAddr,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    fn start(status: &'static str, body: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Self::serve(listener, status, body)
    }

    /// An issuer with one answer, which is both its discovery document and its key set.
    fn issuer(key: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let body = format!(r#"{{"issuer":"{issuer}","jwks_uri":"{issuer}/keys","keys":[{key}]}}"#);
        Self::serve(listener, "200 OK", body)
    }

    fn serve(listener: TcpListener, status: &'static str, body: String) -> Self {
        let address = listener.local_addr().unwrap();
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
                // The empty connection with which the test ends.
                if lines.next().is_none() {
                    return;
                }
                lines.find(String::is_empty);
                let length = body.len();
                let _ = write!(
                    stream,
                    "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
                );
            }
        });
        Self {
            address,
            thread: Some(thread),
        }
    }

    fn url(&self) -> String {
        format!("http://{}/keys", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(TcpStream::connect(self.address));
        self.thread.take().unwrap().join().unwrap();
    }
}

/// The keys of RFC 8037 appendix A.2 and RFC 7517 appendix A.1, and entries that are not usable
/// keys.
const GOOD: &str =
    r#"{"kty":"OKP","crv":"Ed25519","kid":"ed","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
const SECRET: &str = r#"{"kty":"oct","kid":"shared","k":"c2VjcmV0"}"#;
const ODD: &str = r#"{"kty":"OKP","crv":"X25519","kid":"\u001b[31m","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

fn set(keys: &[&str]) -> String {
    format!(r#"{{"keys":[{}]}}"#, keys.join(","))
}

#[test]
fn every_key_is_shown_with_the_way_a_server_uses_it() {
    let place = Place::new();
    let document = set(&[GOOD, SECRET, ODD]);
    place.write("set.json", &document);
    let server = Server::start("200 OK", document);
    let by_file = place.run(&["jwks", "set.json"]);
    let by_url = place.run(&["jwks", &server.url()]);
    assert_eq!((by_file.code, by_url.code), (0, 0), "{by_url:?}");
    assert_eq!(by_file.out, by_url.out);

    let line = |kid: &str| {
        by_file
            .out
            .lines()
            .find(|line| line.starts_with(kid))
            .unwrap()
    };
    let good = line("ed ");
    for cell in [
        "OKP",
        "Ed25519",
        "EdDSA",
        "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
        "usable",
    ] {
        assert!(good.contains(cell), "{good}");
    }
    assert!(line("shared").contains("skipped:"));
    assert!(line(r"\u{1b}[31m").contains("found an X25519 key; EdDSA needs Ed25519"));
    assert!(by_file.out.contains("trusted for at most 2h"));
    assert!(!by_file.out.contains('\u{1b}'), "{by_file:?}");
}

#[test]
fn a_long_kid_does_not_spoil_the_table() {
    let place = Place::new();
    let long = GOOD.replace(r#""ed""#, &format!("{:?}", "k".repeat(300)));
    place.write("set.json", set(&[&long]));
    let said = place.run(&["jwks", "set.json"]);
    let longest = said.out.lines().map(|line| line.chars().count()).max();
    assert!(longest < Some(200), "{said:?}");
}

#[test]
fn json_output_is_one_object() {
    let place = Place::new();
    place.write("set.json", set(&[GOOD, SECRET]));
    let said = place.run(&["--json", "jwks", "set.json"]);
    let record: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(record["usable"], true);
    assert_eq!(record["removed_key_trusted_at_most"], 7200);
    assert_eq!(record["keys"][0]["algorithms"][0], "EdDSA");
    assert_eq!(record["keys"][0]["skipped"], serde_json::Value::Null);
    assert_eq!(record["keys"][1]["usable"], false);
    assert!(record["keys"][1]["skipped"].is_string());
}

#[test]
fn the_algorithm_that_a_skipped_key_names_is_shown() {
    let place = Place::new();
    let for_encryption = GOOD.replace(r#""kid":"ed""#, r#""kid":"enc","alg":"EdDSA","use":"enc""#);
    let unknown = r#"{"kty":"EC","crv":"BP-256","kid":"bp","alg":"ESB256"}"#;
    place.write("set.json", set(&[&for_encryption, unknown, GOOD]));
    let said = place.run(&["jwks", "set.json"]);
    for (kid, alg) in [("enc", "EdDSA"), ("bp", "ESB256")] {
        let line = said.out.lines().find(|line| line.starts_with(kid)).unwrap();
        assert!(line.contains(&format!("  {alg}  ")), "{line}");
    }
    let keys = &place.run(&["--json", "jwks", "set.json"]).json()[0]["keys"];
    assert_eq!(keys[0]["alg"], "EdDSA");
    assert_eq!(keys[0]["algorithms"], serde_json::json!([]));
    assert_eq!(keys[1]["alg"], "ESB256");
    assert_eq!(keys[2]["alg"], serde_json::Value::Null);
}

#[test]
fn every_endpoint_of_a_configuration_is_asked() {
    let place = Place::new();
    let (one, two) = (
        Server::start("200 OK", set(&[GOOD])),
        Server::start("200 OK", set(&[SECRET])),
    );
    let template = one.url().replace("/keys", "/{{realm}}/keys");
    let hmac = r#""hmac_secret_key":"a secret that is a bit longer than thirty-two bytes""#;
    let token = format!(
        r#"{{"jwks_public_endpoint":"{template}","issuer_regex":"https://id/(?P<realm>a|b)"}}"#
    );
    let subscription = format!(
        r#"{{"enabled":true,"jwks_public_endpoint":"{}"}}"#,
        two.url()
    );
    let urls = ["a", "b"].map(|realm| one.url().replace("/keys", &format!("/{realm}/keys")));
    for (token, subscription, expected, code) in [
        (token.as_str(), "{}", &urls[..], 0),
        (&format!("{{{hmac}}}"), &subscription, &[two.url()], 1),
        (
            &token,
            &subscription,
            &[&urls[..], &[two.url()]].concat(),
            1,
        ),
    ] {
        let config =
            format!(r#"{{"client":{{"token":{token},"subscription_token":{subscription}}}}}"#);
        place.write("config.json", config);
        let said = place.run(&["jwks"]);
        assert_eq!(said.code, code, "{said:?}");
        let json = place.run(&["--json", "jwks"]).json();
        let asked: Vec<_> = json
            .iter()
            .map(|it| it["endpoint"].as_str().unwrap())
            .collect();
        assert_eq!(asked, expected);
        for url in expected {
            let shown = said.out.lines().any(|line| line == url);
            assert_eq!(shown, expected.len() > 1, "{said:?}");
        }
    }
}

#[test]
fn the_keys_of_a_configured_issuer_are_shown_and_checkconfig_names_it() {
    let place = Place::new();
    let server = Server::issuer(GOOD);
    let issuer = server.url().replace("/keys", "");
    let config = format!(r#"{{"token_jwks_issuer":"{issuer}","token_audience":"chat"}}"#);
    place.write("config.json", config);
    for arguments in [&["jwks"][..], &["jwks", &issuer]] {
        let said = place.run(arguments);
        assert_eq!(said.code, 0, "{said:?}");
        assert!(said.out.contains("1 usable"), "{said:?}");
    }
    let json = &place.run(&["--json", "jwks"]).json()[0];
    assert_eq!(json["issuer"], issuer.as_str());
    let said = place.run(&["checkconfig"]);
    assert_eq!(said.code, 0, "{said:?}");
    let of_issuer = format!("the keys that the issuer {issuer:?} publishes");
    assert!(said.out.contains(&of_issuer), "{said:?}");
    assert!(
        said.out.contains(&format!("`iss` is {issuer:?}")),
        "{said:?}"
    );
}

#[test]
fn the_error_about_a_discovery_document_names_the_option_for_it() {
    let place = Place::new();
    let document = r#"{"issuer":"https://id.example","jwks_uri":"https://id.example/keys"}"#;
    let server = Server::start("200 OK", document.into());
    place.write("document.json", document);
    for source in [server.url().as_str(), "document.json"] {
        let said = place.run(&["jwks", source]);
        assert_eq!(said.code, 1, "{said:?}");
        for word in [
            "discovery document",
            "https://id.example/keys",
            "`jwks_issuer`",
        ] {
            assert!(said.err.contains(word), "{said:?}");
        }
    }
}

#[test]
fn a_key_without_an_allowed_algorithm_is_not_usable() {
    let place = Place::new();
    let server = Server::start("200 OK", set(&[GOOD]));
    let url = server.url();
    for (algorithms, code) in [("", 0), (r#","algorithms":["ES256"]"#, 1)] {
        let config =
            format!(r#"{{"client":{{"token":{{"jwks_public_endpoint":"{url}"{algorithms}}}}}}}"#);
        place.write("config.json", config);
        for arguments in [&["jwks"][..], &["jwks", &url]] {
            let said = place.run(arguments);
            assert_eq!(said.code, code, "{said:?}");
        }
    }
}

/// Many programs have a `config.json`.
#[test]
fn a_configuration_of_another_program_does_not_stop_commands_that_need_none() {
    let place = Place::new();
    place.run(&["genkey", "EdDSA", "--out", "k"]);
    place.write("set.json", set(&[GOOD]));
    // The second configuration has nothing that a user with a key file needs.
    for (text, signs) in [
        ("not a configuration", 2),
        (r#"{"name":"chat","private":true}"#, 0),
    ] {
        place.write("config.json", text);
        assert_eq!(place.run(&["jwks", "set.json"]).code, 0);
        let token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiI0MiJ9.AAAA";
        let sign = ["gentoken", "--key", "k.key"];
        for (arguments, code) in [(&sign[..], signs), (&["inspect", token], 2)] {
            let said = place.run(arguments);
            assert_eq!(said.code, code, "{said:?}");
            assert_eq!(said.err.contains("-c none"), code == 2, "{said:?}");
        }
    }
}

#[cfg(unix)]
#[test]
fn an_endless_file_is_read_up_to_the_limit_for_endpoints() {
    let place = Place::new();
    let limit = 512 * 1024;
    let document = set(&[GOOD]);
    for (length, code) in [(limit, 0), (limit + 1, 1)] {
        let space = " ".repeat(length - document.len());
        place.write("set.json", format!("{document}{space}"));
        let said = place.run(&["jwks", "set.json"]);
        assert_eq!(said.code, code, "{said:?}");
    }
    let said = place.run(&["jwks", "/dev/zero"]);
    assert_eq!(said.refusal(), "keys_unavailable");
    assert!(said.err.contains(&limit.to_string()), "{said:?}");
}

#[test]
fn without_a_usable_key_the_exit_status_is_1() {
    let place = Place::new();
    place.write("set.json", set(&[SECRET]));
    let server = Server::start("200 OK", set(&[SECRET]));
    for source in ["set.json", &server.url()] {
        let said = place.run(&["jwks", source]);
        assert_eq!(said.code, 1, "{said:?}");
        assert!(said.out.contains("shared"), "{said:?}");
        assert_eq!(
            said.err, "keys_unavailable: found no usable key; every token would be refused\n",
            "as a server tells it"
        );
        let for_machines = place.run(&["--json", "jwks", source]);
        assert_eq!((for_machines.code, for_machines.err), (1, said.err));
        let record: serde_json::Value = serde_json::from_str(&for_machines.out).unwrap();
        assert_eq!(record["usable"], false);
        assert_eq!(record["code"], "keys_unavailable");
        assert_eq!(record["keys"][0]["usable"], false);
    }
    let failing = Server::start("503 No", String::new());
    let said = place.run(&["jwks", &failing.url()]);
    assert_eq!((said.code, said.out.as_str()), (1, ""));
    assert_eq!(
        said.err,
        "keys_unavailable: found status 503; 200 is needed\n"
    );
    let for_machines = place.run(&["--json", "jwks", &failing.url()]);
    assert_eq!((for_machines.code, for_machines.err), (1, said.err));
    let record: serde_json::Value = serde_json::from_str(&for_machines.out).unwrap();
    assert_eq!(record["code"], "keys_unavailable");
}

#[test]
fn a_bad_argument_of_jwks_is_a_usage_error() {
    let place = Place::new();
    for arguments in [
        &["jwks"][..],
        &["jwks", "no-such-file.json"],
        &["jwks", ""],
        &["jwks", "http://id.example/keys"],
        &["jwks", "ftp://id.example/keys"],
        &["jwks", "https://user:pass@id.example/keys"],
    ] {
        let said = place.run(arguments);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{arguments:?}");
        assert!(!said.err.contains("pass"), "{said:?}");
        assert!(said.err.starts_with("error: found ") || said.err.contains("no such file"));
    }
}

#[cfg(unix)]
#[test]
fn a_file_of_any_name_is_read() {
    use std::os::unix::ffi::OsStrExt as _;

    let place = Place::new();
    let name = std::ffi::OsStr::from_bytes(b"set-\xff.json");
    std::fs::write(place.path().join(name), set(&[GOOD])).unwrap();
    let output = place.command().arg("jwks").arg(name).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

#[test]
fn tokens_are_checked_by_the_keys_of_the_configured_endpoint() {
    let place = Place::new();
    let pair = place
        .run(&["genkey", "ES256", "--format", "jwk", "--kid", "k"])
        .out;
    let (private, public) = pair.trim().split_once('\n').unwrap();
    place.write("key.jwk", private);
    let server = Server::start("200 OK", set(&[public]));
    let config = format!(r#"{{"token_jwks_public_endpoint": "{}"}}"#, server.url());
    place.write("config.json", config);

    let token = place.token(&["-u", "42", "--key", "key.jwk"]);
    let said = place.run(&["checktoken", &token]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(
        said.out.starts_with("valid token for user 42\n"),
        "{said:?}"
    );
    assert_eq!(
        place.run(&["jwks"]).code,
        0,
        "the endpoint of the configuration"
    );
    assert_eq!(place.run(&["checkconfig"]).code, 0);

    // The secret next to the endpoint doesn't sign tokens: the endpoint's keys would not verify
    // them.
    let said = place.run(&["gentoken", "-u", "42"]);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.err.contains("jwks_public_endpoint"), "{said:?}");

    let config = place.read("config.json").replace("/keys", "/");
    drop(server);
    place.write("config.json", config);
    let said = place.run(&["checktoken", &token]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.starts_with("keys_unavailable: "), "{said:?}");
}

#[test]
fn the_note_on_a_key_without_kid_names_the_option_that_allows_it() {
    let place = Place::new();
    let key = place.run(&["genkey", "ES256", "--format", "jwk"]).out;
    place.write("set.json", set(&[key.lines().last().unwrap()]));
    let said = place.run(&["jwks", "set.json"]);
    assert_eq!(said.code, 1, "{said:?}");
    let option = "the option `jwks_allow_missing_kid`";
    assert!(said.out.contains(option), "{said:?}");
}
