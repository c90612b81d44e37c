//! What the log says about a verified token.

use std::ops::Deref;

use countersign::{Error, Token};

/// Says in the log who vouched for a token, or why it was refused. Neither shows the token.
pub(super) fn logged<T>(client: &str, verdict: Result<T, Error>) -> Result<T, Error>
where
    T: Deref<Target = Token>,
{
    match &verdict {
        // Nobody vouches for a connection without a token.
        Ok(accepted) if accepted.authority().is_empty() => {}
        Ok(accepted) => tracing::debug!(
            client,
            authority = accepted.authority(),
            iss = accepted.iss(),
            "a token was accepted"
        ),
        Err(error) => {
            tracing::info!(client, code = %error.code(), "a token was refused: {error}");
        }
    }
    verdict
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::fmt::Debug;
    use std::sync::{Arc, Mutex};

    use countersign::{Authenticator, Issuer, Key, now};
    use tracing::field::{Field, Visit};
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Event, Metadata, Subscriber};

    use super::logged;

    /// Keeps the fields of each event.
    #[derive(Clone, Default)]
    struct Events(Arc<Mutex<String>>);

    impl Visit for Events {
        fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
            let text = format!("{field}={value:?} ");
            self.0.lock().unwrap().push_str(&text);
        }
    }

    impl Subscriber for Events {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }

        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }

        fn record(&self, _: &Id, _: &Record<'_>) {}

        fn record_follows_from(&self, _: &Id, _: &Id) {}

        fn event(&self, event: &Event<'_>) {
            event.record(&mut self.clone());
        }

        fn enter(&self, _: &Id) {}

        fn exit(&self, _: &Id) {}
    }

    #[test]
    fn the_log_names_the_authority_of_an_accepted_token() {
        let key = Key::secret(b"a secret of at least 32 bytes ...").unwrap();
        let issuer = Issuer::builder().key(key.clone()).iss("https://id").build();
        let token = issuer.unwrap().connection("42").sign().unwrap();
        let auth = Authenticator::builder().key(key).name("backend").build();
        let auth = auth.unwrap();

        let events = Events::default();
        tracing::subscriber::with_default(events.clone(), || {
            assert!(logged("c1", auth.connection(&token, now())).is_ok());
            assert!(logged("c2", auth.connection("no token", now())).is_err());
        });
        let log = events.0.lock().unwrap().clone();
        let accepted = r#"client="c1" authority="backend" iss="https://id" "#;
        assert!(log.contains(accepted), "{log}");
        assert!(
            log.contains("c2") && log.contains("code=malformed"),
            "{log}"
        );
        assert!(!log.contains(&token), "{log}");
    }
}
