//! Asks Centrifugo's program about a token or a configuration, and reduces its answer to a word.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::{env, fs, process, thread};

use serde_json::{Map, Value, json};

use crate::judge::ACCEPT;

/// A token that can be read, but that no key signed: with it, the program reports errors of keys.
const READABLE: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.AAAA";

/// The beginnings of its errors about keys and options.
const FAULTS_OF_CONFIGURATION: [&str; 5] = [
    "error getting config",
    "error validating",
    "error parsing",
    "error compiling",
    "error initializing",
];

/// The documents of an endpoint, by their paths: the status, and the body.
type Documents = Arc<Mutex<BTreeMap<String, (String, Vec<u8>)>>>;

/// The program, a folder for its configurations, and an endpoint for key sets.
pub(super) struct Program {
    path: PathBuf,
    folder: PathBuf,
    endpoint: SocketAddr,
    documents: Documents,
    next: AtomicUsize,
}

/// The question: a configuration in JSON, and environment variables that override it.
pub(super) struct Asked {
    pub(super) config: String,
    pub(super) environment: Vec<(OsString, OsString)>,
}

impl Program {
    /// Makes the folder and starts the endpoint.
    pub(super) fn start(path: PathBuf) -> Result<Self, String> {
        let folder = env::temp_dir().join(format!("countersign-centrifugo-{}", process::id()));
        fs::create_dir_all(&folder).map_err(|error| told(&folder, &error))?;
        let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
        let endpoint = listener.local_addr().map_err(|error| error.to_string())?;
        let documents = Documents::default();
        let served = documents.clone();
        // The endpoint ends with the suite's process.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A request that fails shows in the answer of the program that made it.
                let _ = answer(stream, &served);
            }
        });
        Ok(Self {
            path,
            folder,
            endpoint,
            documents,
            next: AtomicUsize::new(0),
        })
    }

    /// Publishes a key set. Returns the configuration that names its endpoint.
    pub(super) fn publish(&self, status: &str, document: Vec<u8>) -> String {
        let path = format!("/{}", self.next.fetch_add(1, Ordering::Relaxed));
        let url = format!("http://{}{path}", self.endpoint);
        let mut documents = self.documents.lock();
        let documents = documents.as_mut().expect("nobody panics with them");
        documents.insert(path, (status.to_owned(), document));
        json!({ "token_jwks_public_endpoint": url }).to_string()
    }

    /// Its verdict on a token.
    pub(super) fn check_token(
        &self,
        command: &str,
        asked: &Asked,
        token: &str,
    ) -> Result<(&'static str, String), String> {
        let (is_accepted, said) = self.run(command, asked, Some(token))?;
        Ok((verdict(is_accepted, &said)?, said))
    }

    /// Its verdict on a configuration. It reads keys only when it checks the first token.
    pub(super) fn check_config(&self, asked: &Asked) -> Result<(&'static str, String), String> {
        let (is_good, said) = self.run("checkconfig", asked, None)?;
        if !is_good {
            return Ok(("config", said));
        }
        let (_, said) = self.run("checktoken", asked, Some(READABLE))?;
        let is_faulty = is_about_configuration(&said);
        Ok((if is_faulty { "config" } else { ACCEPT }, said))
    }

    fn write(&self, config: &str) -> Result<PathBuf, String> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let path = self.folder.join(format!("{number}.json"));
        let options: Value = serde_json::from_str(config).map_err(|error| error.to_string())?;
        let text = of_version_6(options).to_string();
        fs::write(&path, text).map_err(|error| told(&path, &error))?;
        Ok(path)
    }

    /// Whether it succeeded, and its output.
    fn run(
        &self,
        command: &str,
        asked: &Asked,
        token: Option<&str>,
    ) -> Result<(bool, String), String> {
        let config = self.write(&asked.config)?;
        let mut program = Command::new(&self.path);
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with("CENTRIFUGO_") {
                program.env_remove(name);
            }
        }
        program.envs(asked.environment.iter().cloned());
        program.arg(command).arg("-c").arg(config).args(token);
        let output = program.output().map_err(|error| told(&self.path, &error))?;
        let said = String::from_utf8_lossy(&output.stdout);
        let line = said.lines().find(|line| !line.is_empty());
        let line: String = line.unwrap_or_default().chars().take(300).collect();
        let end: String = said.trim_end().chars().rev().take(300).collect();
        let end: String = end.chars().rev().collect();
        Ok((output.status.success(), format!("{line} … {end}")))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It does no harm if the folder stays.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn told(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}", path.display())
}

/// The word for an answer of `checktoken` or `checksubtoken`.
fn verdict(is_accepted: bool, said: &str) -> Result<&'static str, String> {
    if is_accepted && said.starts_with("valid ") {
        return Ok(ACCEPT);
    }
    if is_accepted || !said.starts_with("error") {
        return Err(format!("found no verdict in {said:?}"));
    }
    Ok(match said.split_once(" has error: ") {
        _ if is_about_configuration(said) => "config",
        // The token could not be read. The server calls such a token invalid.
        None => "invalid",
        Some((_, why)) if why.starts_with("token expired") => "expired",
        Some((_, why)) if why.starts_with("invalid token") => "invalid",
        Some(_) => "error",
    })
}

fn is_about_configuration(said: &str) -> bool {
    let why = match said.split_once(" has error: ") {
        Some((_, why)) => why,
        None => said.strip_prefix("error: ").unwrap_or(said),
    };
    FAULTS_OF_CONFIGURATION
        .iter()
        .any(|fault| why.starts_with(fault))
}

/// The options of version 2, as version 6 has them: `token_audience` is `client.token.audience`.
fn of_version_6(options: Value) -> Value {
    let Value::Object(flat) = options else {
        return options;
    };
    let mut nested = Value::Object(Map::new());
    for (name, value) in flat {
        match name.strip_prefix("token_") {
            Some(name) => nested["client"]["token"][name] = value,
            None if name == "client" => merge(&mut nested["client"], value),
            None => nested[name] = value,
        }
    }
    nested
}

/// Adds the members of `more`, section by section.
fn merge(to: &mut Value, more: Value) {
    match more {
        Value::Object(members) => {
            for (name, value) in members {
                merge(&mut to[name], value);
            }
        }
        value => *to = value,
    }
}

fn answer(stream: TcpStream, documents: &Documents) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut request = String::new();
    reader.read_line(&mut request)?;
    let mut header = String::new();
    while reader.read_line(&mut header)? > 2 {
        header.clear();
    }
    let path = request.split(' ').nth(1).unwrap_or_default();
    let documents = documents.lock().unwrap_or_else(PoisonError::into_inner);
    let missing = ("404".to_owned(), Vec::new());
    let (status, body) = documents.get(path).unwrap_or(&missing);
    let head = format!(
        "HTTP/1.1 {status} _\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let mut stream = reader.into_inner();
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)
}
