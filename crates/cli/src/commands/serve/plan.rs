//! Turns a configuration into the parts that the server needs.

use std::path::Path;

use countersign::Rules;
use countersign::config::Setup;
use countersign_gateway::Tls;
use countersign_gateway::options::{self, GivenOption, Options, TlsSource};

use crate::config::Found;
use crate::failure::Failure;

/// The parts that the server takes from a configuration.
pub(super) struct Plan {
    pub(super) rules: Rules,
    pub(super) options: Options,
    pub(super) tls: Option<Tls>,
    pub(super) warnings: Vec<String>,
    pub(super) setup: Setup,
}

/// Reads a configuration. On a reload, the new setup continues the setup `before`.
pub(super) fn plan(found: &Found, before: Option<&Setup>) -> Result<Plan, Failure> {
    let config = &found.config;
    let builder = match before {
        Some(before) => config.setup().after(before),
        None => config.setup(),
    };
    let (setup, mut warnings) = builder.build()?.into_parts();
    let given: Vec<GivenOption> = config
        .other_options()
        .iter()
        .map(|option| {
            if option.from_environment {
                GivenOption::of_environment(&option.name, &option.json)
            } else {
                GivenOption::of_file(&option.name, &option.json)
            }
        })
        .collect();
    let mut options = options::read(&given, config.uses_sections())
        .map_err(|error| Failure::Usage(error.to_string()))?;
    let channels = &options.server.sessions.channels;
    if channels.depend_on_users() && !options.shared_users && setup.rules.may_share_users() {
        return Err(Failure::Usage(
            "found several issuers whose users may have the same name, and channels that depend \
             on who a user is (`#` in their names, or `user_subscribe_to_personal`); set \
             `user_prefix` of each trusted issuer to tell their users apart, or `shared_users` \
             to true if a name is one user whoever issued the token"
                .into(),
        ));
    }
    options.server.authorities = setup.rules.authorities();
    warnings.append(&mut options.warnings);
    Ok(Plan {
        rules: setup.rules.clone(),
        tls: tls(&options)?,
        options,
        warnings,
        setup,
    })
}

/// The certificate that the options name, or none if they ask for no TLS.
fn tls(options: &Options) -> Result<Option<Tls>, Failure> {
    let read =
        |path: &String| std::fs::read(path).map_err(|error| Failure::file(Path::new(path), &error));
    let (chain, key) = match &options.tls {
        None => return Ok(None),
        Some(TlsSource::Files { chain, key }) => (read(chain)?, read(key)?),
        Some(TlsSource::Pem { chain, key }) => {
            (chain.clone().into_bytes(), key.as_str().as_bytes().to_vec())
        }
        Some(_) => {
            return Err(Failure::Usage(
                "found an unknown source of a certificate".into(),
            ));
        }
    };
    Tls::from_pem(&chain, &key)
        .map(Some)
        .map_err(|error| Failure::Usage(format!("`tls`: {error}")))
}
