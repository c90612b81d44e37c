//! The signals that the server reacts to.

use std::path::{Path, PathBuf};

use countersign::config::Setup;
use countersign_gateway::{Server, Tls};

use super::plan::plan;
use crate::config;
use crate::failure::Failure;

/// Where the configuration came from. `None`: there is none, and a demonstration is served.
pub(super) type Source = Option<Option<PathBuf>>;

/// Waits for the signal to stop. Reads the configuration again at each SIGHUP before it.
#[cfg(unix)]
pub(super) async fn until_stopped(
    server: &Server,
    tls: Option<Tls>,
    source: Source,
    mut setup: Setup,
) {
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
                Some(path) => reload(server, tls.as_ref(), path.as_deref(), &mut setup),
                None => tracing::info!("SIGHUP has no effect on a demonstration"),
            }
        }
    }
    tracing::info!(connections = server.connections(), "the server stops");
}

/// Waits for Ctrl-C. There is no signal to read the configuration again.
#[cfg(not(unix))]
pub(super) async fn until_stopped(server: &Server, _: Option<Tls>, _: Source, _: Setup) {
    if tokio::signal::ctrl_c().await.is_err() {
        tracing::error!("Ctrl-C can't be received; stop the server by killing it");
        return std::future::pending().await;
    }
    tracing::info!(connections = server.connections(), "the server stops");
}

/// Reads the configuration and the certificate again. If anything is wrong, the log says what,
/// and nothing changes.
#[cfg(unix)]
fn reload(server: &Server, tls: Option<&Tls>, source: Option<&Path>, setup: &mut Setup) {
    let read = config::load_if_any(source)
        .and_then(|found| {
            found.ok_or_else(|| Failure::Usage("the configuration file is gone".into()))
        })
        .and_then(|found| plan(&found, Some(setup)));
    let plan = match read {
        Ok(plan) => plan,
        Err(Failure::Usage(sentence)) => {
            tracing::error!(
                "the new configuration has a fault; the old one stays in use: {sentence}"
            );
            return;
        }
        Err(_) => {
            tracing::error!("the new configuration could not be read; the old one stays in use");
            return;
        }
    };
    for warning in &plan.warnings {
        tracing::warn!("{warning}");
    }
    match (tls, &plan.tls) {
        (Some(tls), Some(new)) => tls.replace_by(new),
        (None, None) => {}
        _ => tracing::warn!("`tls` can't be switched on or off by a reload; restart the server"),
    }
    server.authenticator().reload(plan.rules);
    server.reload(plan.options.server);
    *setup = plan.setup;
    tracing::info!("the configuration was read again");
}
