//! `demo`: a token issued, checked, explained and refused, with a new key.
//!
//! Everything that it tells really happens: every verdict comes from the library. Nothing is
//! written to disk.

use std::io::Write as _;
use std::time::Duration;

use countersign::{Authenticator, Connection, Error, Explanation, Issuer, UnixTime, generate_key};

use crate::dates;
use crate::escape::shown;
use crate::explained::{self, refusal};
use crate::failure::Failure;
use crate::json::Record;
use crate::output::{BAD, Console, GOOD, HEAD, styled};

const ALGORITHM: &str = "ES256";
const LIFETIME: Duration = Duration::from_secs(10 * 60);
/// How long after it was issued the token is shown for the second time.
const LATER: Duration = Duration::from_secs(11 * 60);

/// The state of the story.
struct Story {
    now: UnixTime,
    token: String,
    accepted: Explanation<Connection>,
    forged: Explanation<Connection>,
    expired: Explanation<Connection>,
}

/// Runs the command.
pub(crate) fn run(console: &mut Console) -> Result<(), Failure> {
    let story = Story::happen()?;
    if console.is_json() {
        let record = Record::new()
            .text("algorithm", ALGORITHM)
            .text("token", &story.token)
            .raw("accepted", verdict(&story.accepted))
            .raw("forged", verdict(&story.forged))
            .raw("expired", verdict(&story.expired));
        return Ok(console.line(record.finish())?);
    }
    story.tell(console)
}

impl Story {
    fn happen() -> Result<Self, Failure> {
        let told = |error| Failure::made(&error);
        let key = generate_key(ALGORITHM)?;
        let public = key.clone().into_public().map_err(told)?;

        let backend = Issuer::builder().key(key).build()?;
        let server = Authenticator::builder().key(public).build()?;

        let now = countersign::now();
        let issue = |issuer: &Issuer, user: &str| {
            let info = [("name", "Ann")];
            issuer
                .connection(user)
                .issued_at(now)
                .expires_in(LIFETIME)
                .info(&std::collections::BTreeMap::from(info))?
                .channel("news")
                .channel("chat")
                .sign()
        };
        let token = issue(&backend, "42")?;
        let stranger = Issuer::builder().key(generate_key(ALGORITHM)?).build()?;
        let forged = issue(&stranger, "admin")?;
        Ok(Self {
            now,
            accepted: server.explain_connection(&token, now),
            forged: server.explain_connection(&forged, now),
            expired: server.explain_connection(&token, now.saturating_add(LATER)),
            token,
        })
    }

    fn tell(&self, console: &mut Console) -> Result<(), Failure> {
        let mut scene = 0_u8;
        let mut head = |console: &mut Console, text: &str| {
            scene = scene.saturating_add(1);
            console.line(styled(HEAD, format_args!("{scene}. {text}")))
        };
        console
            .line("A backend signs who a client is. The client shows it. The server decides.\n")?;

        head(console, "A key pair is made")?;
        console.line(
            "   ES256. The backend signs with the private key; the server has the public one\n   \
             alone. Both stay in memory: nothing is written to disk.\n",
        )?;

        head(
            console,
            "The backend issues a connection token for user \"42\"",
        )?;
        console.line(format_args!(
            "   for {} minutes, with info and two channels:\n\n{}\n",
            LIFETIME.as_secs() / 60,
            self.token
        ))?;

        head(
            console,
            "The client shows it, and the server checks it, step by step",
        )?;
        explained::write(console.out(), &self.accepted.steps)?;
        match &self.accepted.result {
            Ok(connection) => self.open(console, connection)?,
            Err(error) => refused(console, error)?,
        }

        head(
            console,
            "A stranger signs \"I am admin\" with a key of their own",
        )?;
        explained::write_up_to_failure(console.out(), &self.forged.steps)?;
        if let Err(error) = &self.forged.result {
            refused(console, error)?;
        }

        head(
            console,
            &format!(
                "The first token is shown again, {} minutes later",
                LATER.as_secs() / 60
            ),
        )?;
        explained::write_up_to_failure(console.out(), &self.expired.steps)?;
        if let Err(error) = &self.expired.result {
            refused(console, error)?;
        }

        console.line(styled(HEAD, "Now with a secret of your own"))?;
        console.line(
            "   countersign genconfig            writes config.json\n   \
                countersign gentoken -u 42       a token under its secret\n   \
                countersign inspect TOKEN        what a token says, and each check\n   \
                countersign help                 everything else",
        )?;
        Ok(())
    }

    fn open(&self, console: &mut Console, connection: &Connection) -> Result<(), Failure> {
        let channels: Vec<&str> = connection.channels().map(|it| it.name).collect();
        let info = String::from_utf8_lossy(connection.info().unwrap_or_default());
        let expires = connection
            .expires()
            .map_or("never".into(), |at| dates::in_words(at, self.now));
        let out = console.out();
        writeln!(out, "  {}", styled(GOOD, "accepted"))?;
        writeln!(out, "    user      {}", shown(connection.user()))?;
        writeln!(out, "    expires   {expires}")?;
        writeln!(out, "    info      {}", shown(&info))?;
        writeln!(out, "    channels  {}\n", shown(&channels.join(", ")))?;
        Ok(())
    }
}

fn refused(console: &mut Console, error: &Error) -> Result<(), Failure> {
    let out = console.out();
    writeln!(out, "  {}", styled(BAD, "refused"))?;
    writeln!(out, "    code      {}", error.code())?;
    writeln!(out, "    advice    the client should {}\n", error.advice())?;
    Ok(())
}

fn verdict(explanation: &Explanation<Connection>) -> String {
    let record = Record::new().raw("steps", explained::steps_json(&explanation.steps));
    match &explanation.result {
        Ok(connection) => record.raw("accepted", true).text("user", connection.user()),
        Err(error) => refusal(record, error),
    }
    .finish()
}
