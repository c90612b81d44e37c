//! The signals that a server heeds.

use std::path::{Path, PathBuf};

use countersign::config::Setup;
use countersign_gateway::Server;

use super::plan::plan;
use crate::config;
use crate::failure::Failure;

/// Where the configuration came from: `None` is nowhere, and a demonstration is served.
pub(super) type Source = Option<Option<PathBuf>>;

/// Waits for the signal to stop, and reads the configuration anew at each SIGHUP before it.
#[cfg(unix)]
pub(super) async fn until_stopped(server: &Server, source: Source, mut setup: Setup) {
    use tokio::signal::unix::{SignalKind, signal};

    let signals = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
        signal(SignalKind::hangup()),
    );
    let (Ok(mut terminate), Ok(mut interrupt), Ok(mut hangup)) = signals else {
        tracing::error!("signals can't be received; stop the server by killing it");
        return std::future::pending().await;
    };
    loop {
        tokio::select! {
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
            _ = hangup.recv() => match &source {
                Some(path) => reload(server, path.as_deref(), &mut setup),
                None => tracing::info!("found SIGHUP and no configuration that could be read"),
            }
        }
    }
    tracing::info!(connections = server.connections(), "the server stops");
}

/// Waits for Ctrl-C. There is no signal to read the configuration anew.
#[cfg(not(unix))]
pub(super) async fn until_stopped(server: &Server, _: Source, _: Setup) {
    if tokio::signal::ctrl_c().await.is_err() {
        tracing::error!("Ctrl-C can't be received; stop the server by killing it");
        return std::future::pending().await;
    }
    tracing::info!(connections = server.connections(), "the server stops");
}

#[cfg(unix)]
/// Reads the configuration anew. A fault is told in the log, and the old one stays in force.
fn reload(server: &Server, source: Option<&Path>, setup: &mut Setup) {
    let plan = config::load_if_any(source)
        .and_then(|found| found.ok_or_else(|| Failure::Usage("there is none any more".into())))
        .and_then(|found| plan(&found, Some(setup)));
    match plan {
        Ok(plan) => {
            for warning in &plan.warnings {
                tracing::warn!("{warning}");
            }
            server.authenticator().reload(plan.rules);
            server.reload(plan.options.server);
            *setup = plan.setup;
            tracing::info!("the configuration was read anew");
        }
        Err(Failure::Usage(sentence)) => {
            tracing::error!("the new configuration is not sound, the old one stays: {sentence}");
        }
        Err(_) => tracing::error!("the new configuration could not be read, the old one stays"),
    }
}
