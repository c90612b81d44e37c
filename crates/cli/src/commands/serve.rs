//! `serve`: a WebSocket server for the clients of Centrifugo.
//!
//! Without a configuration it serves a demonstration: only on loopback, with a new secret and a
//! token that is ready to use.

use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::num::NonZero;
use std::path::Path;
use std::time::Duration;

use countersign::Authenticator;
use countersign_gateway::options::Options;
use countersign_gateway::{Server, WEBSOCKET_PATH};
use tokio::runtime::{Builder, Runtime};

use crate::config::{self, ConfigFile, Found};
use crate::failure::Failure;
use crate::json::Record;
use crate::output::{Console, HEAD, styled};

mod demonstration;
mod plan;
mod signals;

/// The port of Centrifugo.
const PORT: u16 = 8000;

/// `serve`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  countersign serve                       a demonstration, with a token ready to use
  countersign serve -c config.json
  countersign serve -c config.json --address 127.0.0.1 --port 8001

On SIGHUP the server reads its configuration again: keys, options and the certificate change,
and connections stay open. On SIGTERM and SIGINT it tells all clients to connect again later,
and stops. The log goes to standard error.")]
pub(crate) struct Args {
    /// Address to listen on [default: all; 127.0.0.1 without a configuration]
    #[arg(short, long, value_name = "ADDRESS")]
    address: Option<String>,
    /// Port to listen on [default: 8000]
    #[arg(short, long, value_name = "PORT")]
    port: Option<u16>,
    #[command(flatten)]
    pub(crate) config: ConfigFile,
}

/// Runs the command.
pub(crate) fn run(
    args: &Args,
    config: Option<&Path>,
    console: &mut Console,
) -> Result<(), Failure> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing::Level::INFO)
        .init();
    let demonstration;
    let (source, plan) = match config::load_if_any(config)? {
        Some(found) => {
            demonstration = None;
            let plan = plan::plan(&found, None).map_err(|failure| told(&found, failure))?;
            (Some(config.map(Path::to_owned)), plan)
        }
        None => {
            let (shown, plan) = demonstration::plan()?;
            demonstration = Some(shown);
            (None, plan)
        }
    };
    for warning in &plan.warnings {
        console.warning(warning)?;
    }
    let address = addresses(args, &plan.options, source.is_none())?;
    let tls = plan.tls;
    let listener = TcpListener::bind(&*address).map_err(|error| {
        let first = address.first().map(SocketAddr::to_string);
        Failure::Usage(format!(
            "{}: cannot listen there: {error}; choose another with --address and --port",
            first.unwrap_or_default()
        ))
    })?;
    let server = Server::new(Authenticator::new(plan.rules), plan.options.server);
    let url = url(&listener, tls.is_some())?;
    match &demonstration {
        Some(shown) => shown.tell(&url, console)?,
        None if console.is_json() => {
            console.line(Record::new().text("listening", &url).finish())?;
        }
        None => console.line(format_args!("listening on {}", styled(HEAD, &url)))?,
    }
    console.flush()?;
    let runtime = runtime()
        .map_err(|error| Failure::Usage(format!("no runtime could be started: {error}")))?;
    runtime.block_on(async {
        let stop = signals::until_stopped(&server, tls.clone(), source, plan.setup);
        server.serve(listener, tls, stop).await
    })?;
    // Don't let fetches of keys that hang keep the process alive.
    runtime.shutdown_timeout(Duration::from_secs(1));
    Ok(())
}

/// The runtime for the cores that this process may use. On one core a single thread is faster:
/// its tasks wake each other without locks.
fn runtime() -> std::io::Result<Runtime> {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let mut builder = if cores == 1 {
        Builder::new_current_thread()
    } else {
        Builder::new_multi_thread()
    };
    builder.enable_all().build()
}

/// An error of the server's options, in the form of all errors of options.
fn told(found: &Found, failure: Failure) -> Failure {
    match failure {
        Failure::Usage(sentence) => Failure::Usage(format!("{}: {sentence}", found.name())),
        other => other,
    }
}

/// Where to listen.
fn addresses(
    args: &Args,
    options: &Options,
    is_demonstration: bool,
) -> Result<Vec<SocketAddr>, Failure> {
    let usual = if is_demonstration {
        "127.0.0.1"
    } else {
        "0.0.0.0"
    };
    let host = args.address.as_deref().or(options.address.as_deref());
    let host = host.unwrap_or(usual);
    let port = args.port.or(options.port).unwrap_or(PORT);
    let unknown = || {
        Failure::Usage(format!(
            "--address: found {host:?}, which is not an address of this machine; expected one such \
             as 127.0.0.1"
        ))
    };
    let found: Vec<SocketAddr> = (host, port)
        .to_socket_addrs()
        .map_err(|_| unknown())?
        .collect();
    if found.is_empty() {
        return Err(unknown());
    }
    if is_demonstration && !found.iter().all(|it| it.ip().is_loopback()) {
        return Err(Failure::Usage(format!(
            "--address: found {host:?} without a configuration; a demonstration listens on \
             loopback alone. Make a configuration with `countersign genconfig` and name it with -c"
        )));
    }
    Ok(found)
}

fn url(listener: &TcpListener, is_tls: bool) -> Result<String, Failure> {
    let address = listener.local_addr()?;
    let scheme = if is_tls { "wss" } else { "ws" };
    // Show `localhost`, because the documentation of clients uses it.
    let host = if address.ip().is_loopback() || address.ip().is_unspecified() {
        format!("localhost:{}", address.port())
    } else {
        address.to_string()
    };
    Ok(format!("{scheme}://{host}{WEBSOCKET_PATH}"))
}
