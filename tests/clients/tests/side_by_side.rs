//! Compares what clients 5.x see of this server and of Centrifugo 6, case by case.
//!
//! `side-by-side.json` records the answers of Centrifugo and, if this server differs, its own
//! answer and the reason. A difference without a record fails, and so does a record that is no
//! longer true. `docs/server.md` has the differences as a table. Without Centrifugo, only this
//! server is compared with the records.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{FOLDER, Running, is_ready, listening, program};

/// The program of Centrifugo, where `cargo xtask test` found or installed it.
const CENTRIFUGO: &str = "COUNTERSIGN_CENTRIFUGO";

const BEGIN: &str = "<!-- The table is that of tests/clients/side-by-side.json. -->\n";
const END: &str = "<!-- End of the table. -->\n";

/// The answers that a client saw, by case.
type Seen = BTreeMap<String, String>;

fn records() -> Value {
    let path = Path::new(FOLDER).join("side-by-side.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The recorded answers of Centrifugo and of this server.
fn recorded(records: &Value) -> (Seen, Seen) {
    let (mut centrifugo, mut here) = (Seen::new(), Seen::new());
    for record in records["cases"].as_array().unwrap() {
        let text = |name: &str| record[name].as_str().map(str::to_owned);
        let (case, theirs) = (text("case").unwrap(), text("centrifugo").unwrap());
        let ours = text("here").unwrap_or_else(|| theirs.clone());
        let is_difference = ours != theirs;
        assert_eq!(text("why").is_some(), is_difference, "{case}");
        assert!(centrifugo.insert(case.clone(), theirs).is_none(), "{case}");
        here.insert(case, ours);
    }
    (centrifugo, here)
}

/// Runs every case with a server.
fn seen(url: &str) -> Seen {
    let output = Command::new("node")
        .args(["side-by-side.mjs", url])
        .current_dir(FOLDER)
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A running Centrifugo, which ends when this is dropped.
struct Centrifugo(Child);

impl Centrifugo {
    fn start(program: &str, mut config: Value, folder: &Path) -> (Self, String) {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        config["http_server"] = json!({"address": "127.0.0.1", "port": address.port()});
        // How often it checks subscriptions; the default is 27 seconds.
        config["client"]["presence_update_interval"] = "1s".into();
        let path = folder.join("centrifugo.json");
        std::fs::write(&path, config.to_string()).unwrap();
        let mut command = Command::new(program);
        command.arg("--config").arg(path).stdout(Stdio::null());
        let this = Self(command.stderr(Stdio::null()).spawn().unwrap());
        let start = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(start.elapsed() < Duration::from_secs(30), "does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
        (this, format!("ws://{address}/connection/websocket"))
    }
}

impl Drop for Centrifugo {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn clients_see_the_recorded_events_on_both_servers() {
    if !is_ready("centrifuge", "node_modules/ws") {
        return;
    }
    let Some(program) = program() else { return };
    let records = records();
    let (theirs, ours) = recorded(&records);
    let folder = tempfile::tempdir().unwrap();

    let path = folder.path().join("config.json");
    std::fs::write(&path, records["config"].to_string()).unwrap();
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
    // Its log has a line for each token that it refuses.
    let server = Running::start(command.arg(path).stderr(Stdio::null()));
    let mut wrong = differences("here", &ours, &seen(&listening(&server.first_line)));

    match std::env::var(CENTRIFUGO) {
        Ok(program) => {
            let (_running, url) =
                Centrifugo::start(&program, records["config"].clone(), folder.path());
            wrong += &differences("centrifugo", &theirs, &seen(&url));
        }
        Err(_) => eprintln!("skipped: Centrifugo is not installed; its records stand"),
    }
    assert!(
        wrong.is_empty(),
        "side-by-side.json is not as it is:\n{wrong}"
    );
}

/// The differences between the records and the answers.
fn differences(whose: &str, recorded: &Seen, seen: &Seen) -> String {
    let mut text = String::new();
    for case in recorded.keys().chain(seen.keys()) {
        let (record, found) = (recorded.get(case), seen.get(case));
        if record != found && !text.contains(&format!("{case:?}")) {
            writeln!(
                text,
                "{case:?}, {whose}: recorded {record:?}, seen {found:?}"
            )
            .unwrap();
        }
    }
    text
}

#[test]
fn the_page_of_the_server_has_each_difference() {
    let path = Path::new(FOLDER).join("../../docs/server.md");
    let page = std::fs::read_to_string(path).unwrap();
    let (_, rest) = page.split_once(BEGIN).unwrap();
    let (found, _) = rest.split_once(END).unwrap();
    let mut table = String::from("\n| | Centrifugo 6.9.1 | here | why |\n|---|---|---|---|\n");
    for record in records()["cases"].as_array().unwrap() {
        let cell = |name: &str| {
            record[name]
                .as_str()
                .unwrap_or_default()
                .replace('|', "\\|")
        };
        if record["here"].is_string() {
            let [case, theirs, ours, why] = ["case", "centrifugo", "here", "why"].map(cell);
            writeln!(table, "| {case} | {theirs} | {ours} | {why} |").unwrap();
        }
    }
    table.push('\n');
    assert!(
        found == table,
        "docs/server.md should have this table:\n{table}"
    );
}
