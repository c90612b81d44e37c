//! Starts the backend and the server, and runs every scenario with each client.

use std::io::Write as _;
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc;
use std::thread;

use crate::support::{FOLDER, PYTHON, Running, is_ready, listening, program};

/// The servers and the backend that the players talk to.
struct Place {
    backend: Running,
    server: Running,
    jwks_server: Running,
    _folder: tempfile::TempDir,
}

impl Place {
    fn start(program: &Path) -> Self {
        let backend =
            Running::start(Command::new(Path::new(FOLDER).join(PYTHON)).arg("backend.py"));
        let url = backend.first_line.clone();
        let pem = get(&url, "/pem").replace('\n', "\\n");
        let folder = tempfile::tempdir().unwrap();
        let channels = r#""channel_rules": "v2", "publish": true, "presence": true, "join_leave": true,
            "client_expired_close_delay": 1, "client_expired_sub_close_delay": 1"#;
        let serve = |name: &str, keys: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, format!("{{{keys}, {channels}}}")).unwrap();
            let mut command = Command::new(program);
            command.args([
                "serve",
                "--json",
                "--address",
                "127.0.0.1",
                "--port",
                "0",
                "-c",
            ]);
            Running::start(command.arg(path))
        };
        let server = serve("pem.json", &format!(r#""token_rsa_public_key": "{pem}""#));
        let keys =
            format!(r#""token_jwks_public_endpoint": "{url}/jwks", "token_jwks_cooldown": "1s""#);
        let jwks_server = serve("jwks.json", &keys);
        Self {
            backend,
            server,
            jwks_server,
            _folder: folder,
        }
    }

    /// The arguments of the players: the addresses of the servers and of the backend.
    fn arguments(&self) -> [String; 3] {
        [
            listening(&self.server.first_line),
            listening(&self.jwks_server.first_line),
            self.backend.first_line.clone(),
        ]
    }
}

/// The body of an answer of the backend.
fn get(url: &str, path: &str) -> String {
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n").unwrap();
    let answer = std::io::read_to_string(stream).unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

/// Runs all players at the same time, because scenarios mostly wait.
fn play(players: &[(&str, &[&str])]) {
    let Some(program) = program() else { return };
    let (say, said) = mpsc::channel();
    thread::scope(|scope| {
        for (interpreter, arguments) in players {
            let say = say.clone();
            let program = &program;
            scope.spawn(move || {
                let place = Place::start(program);
                let output = Command::new(interpreter)
                    .args(*arguments)
                    .args(place.arguments())
                    .current_dir(FOLDER)
                    .output()
                    .unwrap();
                say.send((arguments, output)).unwrap();
            });
        }
    });
    drop(say);
    let mut failed = Vec::new();
    for (arguments, output) in said {
        println!("{}", String::from_utf8_lossy(&output.stdout));
        if !output.status.success() {
            eprintln!("{}", String::from_utf8_lossy(&output.stderr));
            failed.push(arguments);
        }
    }
    assert!(failed.is_empty(), "{failed:?}");
}

#[test]
fn clients_of_npm_work_unmodified() {
    if !is_ready("centrifuge", "node_modules/ws") || !is_ready("pyjwt", PYTHON) {
        return;
    }
    play(&[
        ("node", &["play.mjs", "2.6", "json"]),
        ("node", &["play.mjs", "2.6", "protobuf"]),
        ("node", &["play.mjs", "2.8", "json"]),
        ("node", &["play.mjs", "2.8", "protobuf"]),
        ("node", &["play.mjs", "5", "json"]),
        ("node", &["play.mjs", "5", "protobuf"]),
    ]);
}

#[test]
fn the_client_of_pypi_works_unmodified() {
    if !is_ready("pyjwt", PYTHON) {
        return;
    }
    let python = Path::new(FOLDER).join(PYTHON);
    let python = python.to_str().unwrap();
    play(&[
        (python, &["play.py", "json"]),
        (python, &["play.py", "protobuf"]),
    ]);
}
