//! What `serve` serves without a configuration.

use std::time::Duration;

use countersign::config::{Config, Format};
use countersign_gateway::ServerSettings;
use countersign_gateway::options::Options;

use super::plan::Plan;
use crate::commands::genkey;
use crate::failure::Failure;
use crate::json::{Record, quoted};
use crate::output::{Console, HEAD, styled};

/// The user of the token that is ready to use.
const USER: &str = "42";
const LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// The parts of a demonstration that are shown to the user.
pub(super) struct Demonstration {
    token: String,
}

/// Makes a secret for this run, a token that it signs, and open channels.
pub(super) fn plan() -> Result<(Demonstration, Plan), Failure> {
    let secret = quoted(&genkey::new_secret("HS512")?);
    let text = format!(r#"{{"token_hmac_secret_key":{secret}}}"#);
    let config = Config::from_text(&text, Format::Json, [])?;
    let setup = config.setup().build()?.ignore_warnings();
    let issuer = config.connection_issuer()?;
    let token = issuer.connection(USER).expires_in(LIFETIME).sign()?;
    let mut options = Options::default();
    options.server = open_settings();
    options.server.authorities = setup.rules.authorities();
    let plan = Plan {
        rules: setup.rules.clone(),
        options,
        tls: None,
        warnings: Vec::new(),
        setup,
    };
    Ok((Demonstration { token }, plan))
}

impl Demonstration {
    pub(super) fn tell(&self, url: &str, console: &mut Console) -> Result<(), Failure> {
        let token = &self.token;
        if console.is_json() {
            let record = Record::new().text("listening", url).text("token", token);
            return Ok(console.line(record.finish())?);
        }
        console.line(format_args!("listening on {}\n", styled(HEAD, url)))?;
        console.line(format_args!(
            "There is no configuration, so the server made a new secret. It uses the secret until it\n\
             stops. To connect from a page or from node, with the library centrifuge 2.x:\n\n  \
             var centrifuge = new Centrifuge(\"{url}\");\n  \
             centrifuge.setToken(\"{token}\");\n  \
             centrifuge.connect();\n\n\
             With 3.x to 5.x, pass the token as an option: new Centrifuge(url, {{ token: \"…\" }}).\n\
             The token is for user {USER:?} and valid for a day. Stop the server with Ctrl-C."
        ))?;
        Ok(())
    }
}

/// The options of a demonstration: all features that a user can try.
fn open_settings() -> ServerSettings {
    let mut settings = ServerSettings::default();
    let all = &mut settings.sessions.channels.without_namespace;
    all.subscribe.client = true;
    all.publish.client = true;
    all.ask_presence.subscriber = true;
    all.presence = true;
    all.presence_for_clients = true;
    all.join_leave = true;
    all.force_push_join_leave = true;
    all.user_limited = true;
    settings
}
