//! One absolute deadline for everything that happens on a connection.
//!
//! ureq starts a new timeout for each wait on a proxy's answer, so a proxy that sends one byte at a
//! time could hold a request for ever. Here all waits end at the same moment: the start of the
//! connection plus the time that the request had left.

use core::time::Duration;
use std::time::Instant;

use ureq::unversioned::transport::time::{Duration as Span, Instant as Moment};
use ureq::unversioned::transport::{
    Buffers, ConnectProxyConnector, ConnectionDetails, Connector, Either, NextTimeout,
    RustlsConnector, TcpConnector, Transport,
};
use ureq::{Error, Timeout};

/// The way to a server within one deadline: through a proxy if there is one, over TCP, and with TLS
/// if the URL is `https:`.
pub(crate) fn connector() -> impl Connector<(), Out = impl Transport> {
    ().chain(ConnectProxyConnector::default())
        .chain(TcpWithDeadline(TcpConnector::default()))
        .chain(RustlsConnector::default())
}

/// Opens a TCP connection, unless a proxy has opened one, and sets its deadline.
#[derive(Debug)]
struct TcpWithDeadline(TcpConnector);

impl<In: Transport> Connector<In> for TcpWithDeadline {
    type Out = WithDeadline<Either<In, <TcpConnector as Connector<()>>::Out>>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        let deadline = deadline(details);
        if let Some(tunnel) = chained {
            return Ok(Some(WithDeadline {
                inner: Either::A(tunnel),
                deadline,
            }));
        }
        let details = ConnectionDetails {
            uri: details.uri,
            addrs: details.addrs.clone(),
            config: details.config,
            request_level: details.request_level,
            resolver: details.resolver,
            now: (details.current_time)(),
            // Resolving the name of a proxy may have taken some of the time.
            timeout: shortened(details.timeout, deadline)?,
            current_time: details.current_time.clone(),
            run_connector: details.run_connector.clone(),
            register_shutdown: details.register_shutdown.clone(),
        };
        let opened = Connector::<()>::connect(&self.0, &details, None)?;
        Ok(opened.map(|opened| WithDeadline {
            inner: Either::B(opened),
            deadline,
        }))
    }
}

/// The end of all waits on the connection; `None` if the request has no timeout.
fn deadline(details: &ConnectionDetails<'_>) -> Option<Instant> {
    match (details.now, details.timeout.after) {
        (Moment::Exact(began_at), Span::Exact(left)) => began_at.checked_add(left),
        _ => None,
    }
}

/// The timeout, or the time until the deadline if that is shorter.
fn shortened(timeout: NextTimeout, deadline: Option<Instant>) -> Result<NextTimeout, Error> {
    let Some(deadline) = deadline else {
        return Ok(timeout);
    };
    let left = deadline.saturating_duration_since(Instant::now());
    // The system's timeouts are in whole microseconds, and zero means none.
    if left < Duration::from_micros(1) {
        return Err(Error::Timeout(Timeout::Global));
    }
    Ok(match timeout.after {
        Span::Exact(after) if after <= left => timeout,
        _ => NextTimeout {
            after: Span::Exact(left),
            reason: Timeout::Global,
            ..timeout
        },
    })
}

/// A connection on which every wait ends at the deadline.
#[derive(Debug)]
struct WithDeadline<T> {
    inner: T,
    deadline: Option<Instant>,
}

impl<T: Transport> Transport for WithDeadline<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let timeout = shortened(timeout, self.deadline)?;
        self.inner.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let timeout = shortened(timeout, self.deadline)?;
        self.inner.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}
