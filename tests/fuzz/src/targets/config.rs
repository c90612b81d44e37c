//! Configuration in every format. It is read, and set up if that needs no file and no network.

use countersign::config::{Config, Format, TokenConfig};

use crate::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "config",
    about: "any text is a configuration or gives a readable error; a configuration can be set up \
     or is refused",
    run,
};

fn run(data: &[u8]) {
    let Some((first, text)) = data.split_first() else {
        return;
    };
    let Ok(text) = core::str::from_utf8(text) else {
        return;
    };
    let format = [Format::Json, Format::Toml, Format::Yaml][usize::from(first % 3)];
    match Config::from_text(text, format, []) {
        Ok(config) => {
            let _ = format!("{config:?}");
            let tokens = [Some(&config.token), config.subscription_token.as_ref()];
            if tokens.into_iter().flatten().any(fetches) {
                return;
            }
            match config.setup().on_demand().build() {
                Ok(setup) => setup
                    .warnings()
                    .iter()
                    .for_each(|it| assert!(!it.is_empty())),
                Err(error) => assert!(!error.to_string().is_empty()),
            }
            let _ = config.connection_issuer();
            let _ = config.subscription_issuer();
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Whether setting it up could read files or call an endpoint.
fn fetches(token: &TokenConfig) -> bool {
    token.jwks_public_endpoint.is_some() || token.trusted_issuers.iter().any(fetches)
}
