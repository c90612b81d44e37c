//! The servers that are measured: each a process of its own, on a core of its own.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::protocol::SECRET;

/// The core of the server, and that of the load.
pub(crate) const CORES: [&str; 2] = ["0", "1"];

/// The programs of others than this one.
pub(crate) struct Programs {
    pub(crate) countersign: PathBuf,
    pub(crate) centrifugo: Option<PathBuf>,
}

/// A server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Bare,
    Axum,
    Countersign,
    Centrifugo,
}

impl Kind {
    pub(crate) const ALL: [Self; 4] = [Self::Bare, Self::Axum, Self::Countersign, Self::Centrifugo];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bare => "the bare server",
            Self::Axum => "axum's WebSocket, 1 KiB buffers, no token",
            Self::Countersign => "Countersign",
            Self::Centrifugo => "Centrifugo 6.9.1",
        }
    }

    /// The configuration of a server that has one. Everybody may subscribe and publish.
    fn config(self, port: u16) -> Option<String> {
        match self {
            Self::Bare | Self::Axum => None,
            Self::Countersign => Some(format!(
                r#"{{"token_hmac_secret_key": "{SECRET}", "channel_rules": "v2", "publish": true}}"#
            )),
            Self::Centrifugo => Some(format!(
                r#"{{"client": {{"token": {{"hmac_secret_key": "{SECRET}"}}}},
                    "http_server": {{"address": "127.0.0.1", "port": {port}}},
                    "log": {{"level": "error"}},
                    "channel": {{"without_namespace":
                        {{"allow_subscribe_for_client": true, "allow_publish_for_client": true}}}}}}"#
            )),
        }
    }

    /// `None` if there is no such program here.
    fn command(self, programs: &Programs, config: &Path, port: u16) -> Option<Command> {
        let mut command = Command::new("taskset");
        command.args(["--cpu-list", CORES[0]]);
        let port = port.to_string();
        match self {
            Self::Bare => command.arg(this()).args(["serve", "bare", &port]),
            Self::Axum => command.arg(this()).args(["serve", "axum", &port]),
            Self::Countersign => command
                .arg(&programs.countersign)
                .args(["serve", "--address", "127.0.0.1", "--port", &port, "-c"])
                .arg(config),
            Self::Centrifugo => command
                .arg(programs.centrifugo.as_ref()?)
                .arg("--config")
                .arg(config),
        };
        Some(command)
    }
}

fn this() -> PathBuf {
    std::env::current_exe().unwrap()
}

/// A server that runs; it ends with this.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    _folder: TempDir,
}

impl Server {
    /// Starts one, and waits until it listens.
    pub(crate) fn start(kind: Kind, programs: &Programs) -> Option<Self> {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("config.json");
        if let Some(config) = kind.config(address.port()) {
            fs::write(&path, config).unwrap();
        }
        let child = kind
            .command(programs, &path, address.port())?
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut server = Self {
            child,
            address,
            _folder: folder,
        };
        let start = Instant::now();
        while TcpStream::connect(address).is_err() {
            let ended = server.child.try_wait().unwrap();
            assert!(ended.is_none(), "{kind:?} does not start: {ended:?}");
            assert!(
                start.elapsed() < Duration::from_secs(20),
                "{kind:?} does not listen"
            );
            sleep(Duration::from_millis(20));
        }
        Some(server)
    }

    /// The time of the processor that its threads have used, as the kernel counts it.
    pub(crate) fn processor_time(&self) -> Duration {
        let threads = fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        let of_thread = |path: PathBuf| -> u64 {
            let text = fs::read_to_string(path.join("schedstat")).unwrap_or_default();
            let first = text
                .split(' ')
                .next()
                .and_then(|number| number.parse().ok());
            first.unwrap_or_default()
        };
        let nanoseconds = threads
            .map(|thread| of_thread(thread.unwrap().path()))
            .sum();
        Duration::from_nanos(nanoseconds)
    }

    /// The memory that it holds, in bytes.
    pub(crate) fn memory(&self) -> u64 {
        let text = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kibibytes = line.unwrap().trim().trim_end_matches(" kB");
        kibibytes.parse::<u64>().unwrap() * 1024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
