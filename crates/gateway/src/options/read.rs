//! From the given options to the settings of the server.

use std::collections::BTreeMap;

use serde_json::Value;

use super::channel::{self, Draft};
use super::given::{GivenOption, Layer, Setting};
use super::{OptionError, Options, PrivateKeyPem, TlsSource};
use crate::session::ChannelRules;

/// Sections whose options are read one by one.
const SECTIONS: [&str; 5] = [
    "channel",
    "channel.without_namespace",
    "client.subscribe_to_user_personal_channel",
    "http_server",
    "http_server.tls",
];

/// The section of v6 for channels without a namespace.
const WITHOUT_NAMESPACE: &str = "channel.without_namespace.";

/// Every option that is read here beside those of channels: its canonical name, and the
/// others that it has had.
const NAMES: [(&str, &[&str]); 22] = [
    ("address", &["http_server.address"]),
    ("port", &["http_server.port"]),
    ("tls", &["http_server.tls.enabled"]),
    ("tls_cert", &["http_server.tls.cert_pem_file"]),
    ("tls_key", &["http_server.tls.key_pem_file"]),
    ("tls_cert_pem", &["http_server.tls.cert_pem"]),
    ("tls_key_pem", &["http_server.tls.key_pem"]),
    ("allowed_origins", &["client.allowed_origins"]),
    (
        "client_expired_close_delay",
        &["client.expired_close_delay"],
    ),
    (
        "client_expired_sub_close_delay",
        &["client.expired_sub_close_delay"],
    ),
    ("channel_private_prefix", &["channel.private_prefix"]),
    (
        "channel_namespace_boundary",
        &["channel.namespace_boundary"],
    ),
    ("channel_user_boundary", &["channel.user_boundary"]),
    ("channel_user_separator", &["channel.user_separator"]),
    ("namespaces", &["channel.namespaces"]),
    (
        "user_subscribe_to_personal",
        &["client.subscribe_to_user_personal_channel.enabled"],
    ),
    (
        "user_personal_channel_namespace",
        &["client.subscribe_to_user_personal_channel.personal_channel_namespace"],
    ),
    (
        "user_personal_single_connection",
        &["client.subscribe_to_user_personal_channel.single_connection"],
    ),
    ("channel_rules", &[]),
    ("shared_users", &[]),
    ("tls_client_ca", &["http_server.tls.client_ca_pem_file"]),
    ("tls_client_ca_pem", &["http_server.tls.client_ca_pem"]),
];

/// Options that restrict access, or keep others from reading along, and are not implemented.
const RESTRICTING: [&str; 6] = [
    "tls_autocert",
    "tls_client_ca",
    "tls_client_ca_pem",
    "user_personal_single_connection",
    "client_user_connection_limit",
    "client.user_connection_limit",
];

/// Reads the options that do not concern tokens. `is_v6` says whether any option, those of
/// tokens included, is in a section `client` or `channel`: that selects the rules of v4.
///
/// ```
/// use countersign_gateway::options::{GivenOption, read};
///
/// let given = GivenOption::of_file("channel_private_prefix", r#""private-""#);
/// let options = read(&[given], false)?;
/// assert_eq!(options.server.sessions.channels.private_prefix, "private-");
/// // By the rules of Centrifugo v2 channels are open.
/// assert!(options.warnings[0].contains("channel_rules"));
/// # Ok::<(), countersign_gateway::options::OptionError>(())
/// ```
///
/// # Errors
///
/// [`OptionError`] if a value is wrong, options contradict each other, or one that restricts
/// access is not implemented.
pub fn read(given: &[GivenOption], is_v6: bool) -> Result<Options, OptionError> {
    let mut reader = Reader {
        is_v4: is_v6,
        ..Reader::default()
    };
    for layer in Layer::ALL {
        for option in given.iter().filter(|it| Layer::of(it) == layer) {
            reader.take(option)?;
        }
    }
    reader.finish()
}

#[derive(Default)]
struct Reader {
    /// By their canonical names.
    settings: BTreeMap<&'static str, Setting>,
    top: Draft,
    is_v4: bool,
    warnings: Vec<String>,
}

impl Reader {
    fn take(&mut self, option: &GivenOption) -> Result<(), OptionError> {
        let value = serde_json::from_str(&option.json).unwrap_or_default();
        let setting = Setting {
            name: option.name.clone(),
            value,
            layer: Layer::of(option),
        };
        self.add(setting)
    }

    fn add(&mut self, setting: Setting) -> Result<(), OptionError> {
        let path = path_of(&setting);
        if SECTIONS.contains(&path.as_str()) && !setting.is_variable() {
            let Value::Object(table) = &setting.value else {
                return Err(setting.fault("found no table; expected a table of options"));
            };
            self.is_v4 |= path == "channel";
            for (name, value) in table {
                self.add(Setting {
                    name: format!("{}.{name}", setting.name),
                    value: value.clone(),
                    layer: Layer::File,
                })?;
            }
            return Ok(());
        }
        if RESTRICTING.contains(&path.as_str()) || is_alias_of_restricting(&path) {
            return if setting.is_off() {
                Ok(())
            } else {
                Err(setting.fault(
                    "this option restricts access and is not implemented here; remove it, if you can go without",
                ))
            };
        }
        if let Some(canonical) = canonical(&path) {
            let before = self.settings.get(canonical);
            if let Some(other) = before.filter(|it| it.layer == setting.layer) {
                return Err(
                    setting.fault(format!("the same option as `{}`; give it once", other.name))
                );
            }
            self.settings.insert(canonical, setting);
            return Ok(());
        }
        let key = path.strip_prefix(WITHOUT_NAMESPACE).unwrap_or(&path);
        if path.starts_with(WITHOUT_NAMESPACE) || channel::is_channel_option(key) {
            self.is_v4 |= path.starts_with(WITHOUT_NAMESPACE) || channel::selects_v4(key);
            return self.top.add(key, setting, &mut self.warnings);
        }
        if !setting.is_off() {
            self.warnings.push(format!(
                "`{}` is not implemented and has no effect",
                setting.name
            ));
        }
        Ok(())
    }

    fn get(&self, canonical: &str) -> Option<&Setting> {
        self.settings.get(canonical)
    }

    fn flag(&self, canonical: &str) -> Result<bool, OptionError> {
        self.get(canonical).map_or(Ok(false), Setting::flag)
    }

    fn finish(mut self) -> Result<Options, OptionError> {
        let mut options = Options::default();
        let namespaces = self.namespaces()?;
        let rules = self.rules()?;

        let channels = &mut options.server.sessions.channels;
        channels.rules = rules;
        channels.without_namespace = self.top.finish(rules)?;
        for (name, draft) in &namespaces {
            channels
                .namespaces
                .insert(name.clone(), draft.finish(rules)?);
        }
        for (name, part) in [
            ("channel_private_prefix", &mut channels.private_prefix),
            (
                "channel_namespace_boundary",
                &mut channels.namespace_boundary,
            ),
            ("channel_user_boundary", &mut channels.user_boundary),
            ("channel_user_separator", &mut channels.user_separator),
        ] {
            if let Some(setting) = self.get(name) {
                *part = setting.any_text()?;
            }
        }
        if self.flag("user_subscribe_to_personal")? {
            let namespace = self.get("user_personal_channel_namespace");
            let name = namespace.map_or(Ok(String::new()), Setting::any_text)?;
            if let Some(setting) = namespace
                && !name.is_empty()
                && !channels.namespaces.contains_key(&name)
            {
                return Err(setting.fault(format!("there is no namespace {name:?}; add it")));
            }
            channels.personal = Some(name);
        }

        let sessions = &mut options.server.sessions;
        if let Some(setting) = self.get("client_expired_close_delay") {
            sessions.expired_close_delay = setting.duration()?;
        }
        if let Some(setting) = self.get("client_expired_sub_close_delay") {
            sessions.expired_sub_close_delay = setting.duration()?;
        }
        if let Some(setting) = self.get("allowed_origins") {
            options.server.allowed_origins = setting.texts()?;
        }
        options.address = self.get("address").map(Setting::text).transpose()?;
        options.port = self.get("port").map(Setting::port).transpose()?;
        options.shared_users = self.flag("shared_users")?;
        options.tls = self.tls()?;
        options.warnings = core::mem::take(&mut self.warnings);
        Ok(options)
    }

    /// The namespaces, by their names.
    fn namespaces(&mut self) -> Result<BTreeMap<String, Draft>, OptionError> {
        let mut namespaces = BTreeMap::new();
        let Some(setting) = self.get("namespaces").cloned() else {
            return Ok(namespaces);
        };
        for table in setting.tables()? {
            let mut draft = Draft::default();
            let mut name = None;
            for option in table {
                let key = option.key().to_owned();
                if key == "name" {
                    name = Some(option.text()?);
                } else {
                    self.is_v4 |= channel::selects_v4(&key);
                    draft.add(&key, option, &mut self.warnings)?;
                }
            }
            let Some(name) = name else {
                return Err(setting.fault("found a namespace without a `name`; give it one"));
            };
            if namespaces.insert(name.clone(), draft).is_some() {
                return Err(setting.fault(format!("found two namespaces with the name {name:?}")));
            }
        }
        Ok(namespaces)
    }

    /// Whose rules channels follow.
    fn rules(&mut self) -> Result<ChannelRules, OptionError> {
        let chosen = self.get("channel_rules");
        let text = chosen.map(Setting::text).transpose()?;
        match (chosen, text.as_deref()) {
            (_, Some("v4")) => Ok(ChannelRules::V4),
            (Some(setting), Some("v2")) if self.is_v4 => Err(setting.fault(
                "found \"v2\" beside options of Centrifugo v4 to v6 (`client.…`, `channel.…` or \
                 `allow_…`), which select the rules of v4; remove the one or the others",
            )),
            (_, Some("v2")) => Ok(ChannelRules::V2),
            (Some(setting), Some(_)) => Err(setting.fault("expected \"v2\" or \"v4\"")),
            _ if self.is_v4 => Ok(ChannelRules::V4),
            _ => {
                self.warnings.push(
                    "by the rules of Centrifugo v2 every client may subscribe to a channel whose \
                     name does not begin with `$`; set `channel_rules` to \"v4\" to allow only \
                     what an option allows, or to \"v2\" to keep it so"
                        .into(),
                );
                Ok(ChannelRules::V2)
            }
        }
    }

    fn tls(&self) -> Result<Option<TlsSource>, OptionError> {
        let Some(setting) = self.get("tls") else {
            return Ok(None);
        };
        if !setting.flag()? {
            return Ok(None);
        }
        let text = |name| self.get(name).map(Setting::text).transpose();
        let files = (text("tls_cert")?, text("tls_key")?);
        let pem = (text("tls_cert_pem")?, text("tls_key_pem")?);
        match (files, pem) {
            ((Some(chain), Some(key)), (None, None)) => Ok(Some(TlsSource::Files { chain, key })),
            ((None, None), (Some(chain), Some(key))) => Ok(Some(TlsSource::Pem {
                chain,
                key: PrivateKeyPem(key),
            })),
            _ => Err(setting.fault(
                "TLS needs `tls_cert` and `tls_key`, the paths of a certificate chain and its \
                 private key, or `tls_cert_pem` and `tls_key_pem`, the PEM itself",
            )),
        }
    }
}

/// The name that an option has in a file. The name of a variable is looked up among the known ones.
fn path_of(setting: &Setting) -> String {
    if !setting.is_variable() {
        return setting.name.clone();
    }
    let bare = setting.name.strip_prefix(setting.layer.prefix());
    let bare = bare.unwrap_or_default().to_ascii_lowercase();
    let known = NAMES
        .iter()
        .flat_map(|(name, others)| core::iter::once(*name).chain(others.iter().copied()));
    for name in known.chain(RESTRICTING) {
        if name.replace('.', "_") == bare {
            return name.to_owned();
        }
    }
    match bare.strip_prefix("channel_without_namespace_") {
        Some(key) => format!("{WITHOUT_NAMESPACE}{key}"),
        None => bare,
    }
}

fn canonical(path: &str) -> Option<&'static str> {
    let mut names = NAMES.iter();
    let found = names.find(|(name, others)| *name == path || others.contains(&path));
    found.map(|(name, _)| *name)
}

fn is_alias_of_restricting(path: &str) -> bool {
    canonical(path).is_some_and(|name| RESTRICTING.contains(&name))
}
