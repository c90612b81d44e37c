//! The key set client under any sequence of responses, failures, pauses and look-ups, with a
//! manual clock. It trusts no key that was not in the last good set, and no key longer than its
//! settings say. It finds every key while the set is fresh, and makes no more requests than its
//! cooldown allows.

use core::time::Duration;
use std::sync::LazyLock;

use arbitrary::{Arbitrary, Unstructured};
use countersign::{Key, default_provider};
use countersign_fetch::testing::ScriptedFetch;
use countersign_fetch::{FetchErrorKind, Response};
use countersign_jwks::testing::ManualClock;
use countersign_jwks::{Jwks, Lookup};

use crate::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "jwks",
    about: "no sequence of events makes the client trust a wrong key, or make too many requests",
    run,
};

#[derive(Arbitrary, Debug)]
enum Event<'a> {
    /// From now on, the endpoint has the keys whose bits are set. Each `kid` means the key
    /// `turned` places further on.
    Serves {
        kids: u8,
        turned: u8,
        header: Header<'a>,
    },
    Says {
        status: u16,
        body: &'a [u8],
        header: Header<'a>,
    },
    NotModified,
    Fails,
    Pause(u16),
    LookUp(u8),
    Resolve(u8),
    NoKid,
    Drive,
    Refresh,
}

#[derive(Arbitrary, Debug)]
enum Header<'a> {
    None,
    Etag,
    MaxAge(u16),
    CacheControl(&'a str),
    Age(&'a str),
    RetryAfter(&'a str),
}

/// Five keys with different algorithms, by which they can be distinguished.
const FILES: [(&str, &str); 5] = [
    ("EdDSA", include_str!("../../keys/ed25519.spki.pem")),
    ("ES256", include_str!("../../keys/p256.spki.pem")),
    ("ES384", include_str!("../../keys/p384.spki.pem")),
    ("ES512", include_str!("../../keys/p521.spki.pem")),
    ("RS256", include_str!("../../keys/rsa2048.spki.pem")),
];

static KEYS: LazyLock<[Key; 5]> =
    LazyLock::new(|| FILES.map(|(_, pem)| Key::from_pem(pem).unwrap()));

const URL: &str = "https://keys.example/jwks.json";
const START: Duration = Duration::from_secs(1_700_000_000);

fn run(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let mut world = World::new();
    for _ in 0..64 {
        match Event::arbitrary(&mut input) {
            Ok(event) if !input.is_empty() => world.step(&event),
            _ => break,
        }
    }
}

/// The endpoint's response, as far as the model knows it.
#[derive(Clone)]
enum Answer {
    /// The key of each `kid`, if it is there.
    Good([Option<usize>; 5]),
    NotModified,
    Bad,
    /// Any bytes: the model doesn't predict the result.
    Unforeseen,
}

/// What the model knows about the client's set.
#[derive(Clone)]
enum Held {
    Nothing,
    Set([Option<usize>; 5], Duration),
    Unforeseen,
}

struct World {
    jwks: Jwks,
    script: ScriptedFetch,
    clock: ManualClock,
    now: Duration,
    answer: Answer,
    held: Held,
    /// The `kid`s that an earlier set had and the one that is held lacks.
    retired: [bool; 5],
    asked: Option<Duration>,
}

impl World {
    fn new() -> Self {
        let (script, clock) = (ScriptedFetch::new(), ManualClock::at(START));
        let jwks = Jwks::builder(URL, default_provider())
            .fetch(script.clone())
            .clock(clock.clone())
            .on_demand()
            .build()
            .unwrap();
        Self {
            jwks,
            script,
            clock,
            now: START,
            answer: Answer::Bad,
            held: Held::Nothing,
            retired: [false; 5],
            asked: None,
        }
    }

    fn step(&mut self, event: &Event<'_>) {
        let before = self.script.requests();
        let mut may_ask = 2;
        let mut is_forced = false;
        match event {
            Event::Serves {
                kids,
                turned,
                header,
            } => self.serve(*kids, *turned, header),
            Event::Says {
                status,
                body,
                header,
            } => {
                let response = with(Response::new(*status, *body), header);
                self.script.otherwise(response);
                self.answer = Answer::Unforeseen;
            }
            Event::NotModified => {
                self.script.otherwise(Response::new(304, ""));
                self.answer = Answer::NotModified;
            }
            Event::Fails => {
                self.script.otherwise_fail(FetchErrorKind::Connection);
                self.answer = Answer::Bad;
            }
            Event::Pause(seconds) => {
                let pause = Duration::from_secs(u64::from(*seconds));
                self.clock.advance(pause);
                self.now += pause;
            }
            Event::LookUp(kid) => {
                let kid = usize::from(*kid) % 6;
                let lookup = self.jwks.lookup(Some(&kid.to_string()));
                may_ask = 0;
                self.judge(kid, &lookup);
            }
            Event::Resolve(kid) => {
                let kid = usize::from(*kid) % 6;
                let lookup = self.jwks.resolve(Some(&kid.to_string()));
                self.note(before, is_forced);
                assert!(
                    !matches!(lookup, Lookup::Pending(_)),
                    "resolve gave Pending"
                );
                self.judge(kid, &lookup);
            }
            Event::NoKid => {
                let lookup = self.jwks.resolve(None);
                assert!(
                    !matches!(lookup, Lookup::Found(_)),
                    "a token without kid found a key"
                );
            }
            Event::Drive => drop(self.jwks.drive()),
            Event::Refresh => {
                is_forced = true;
                let _ = self.jwks.refresh();
            }
        }
        let asked = self.script.requests() - before;
        assert!(asked <= may_ask, "{asked} requests at once");
        if !matches!(event, Event::Resolve(_)) {
            self.note(before, is_forced);
        }
        let _ = (self.jwks.report(), self.jwks.counters());
    }

    fn serve(&mut self, kids: u8, turned: u8, header: &Header<'_>) {
        let mut set = [None; 5];
        let mut jwks = Vec::new();
        for (kid, place) in set.iter_mut().enumerate() {
            if kids & (1 << kid) != 0 {
                let key = (kid + usize::from(turned)) % 5;
                *place = Some(key);
                jwks.push(
                    KEYS[key]
                        .clone()
                        .with_kid(kid.to_string())
                        .to_jwk()
                        .unwrap(),
                );
            }
        }
        let body = format!(r#"{{"keys":[{}]}}"#, jwks.join(","));
        self.script
            .otherwise(with(Response::new(200, body), header));
        self.answer = if jwks.is_empty() {
            Answer::Bad
        } else {
            Answer::Good(set)
        };
    }

    /// Follows a fetch, if there was one.
    fn note(&mut self, before: usize, is_forced: bool) {
        if self.script.requests() == before {
            return;
        }
        let cooldown = self.jwks.settings().cooldown;
        if let Some(asked) = self.asked.filter(|_| !is_forced) {
            // Without usable keys, the client retries sooner.
            let life = self.jwks.settings().cooldown * 2;
            let pause = match &self.held {
                Held::Set(_, at) if asked < *at + life => cooldown,
                _ => Duration::from_secs(1),
            };
            assert!(self.now >= asked + pause, "asked again too soon");
        }
        self.asked = Some(self.now);
        let was_conditional = self
            .script
            .asked()
            .last()
            .is_some_and(|it| it.etag.is_some());
        if let (Answer::Good(new), Held::Set(old, _)) = (&self.answer, &self.held) {
            for (retired, (old, new)) in self.retired.iter_mut().zip(old.iter().zip(new)) {
                *retired = (*retired || old.is_some()) && new.is_none();
            }
        }
        self.held = match (self.answer.clone(), self.held.clone()) {
            (Answer::Good(set), _) => Held::Set(set, self.now),
            (Answer::NotModified, Held::Set(set, _)) if was_conditional => Held::Set(set, self.now),
            (Answer::Unforeseen, _) => Held::Unforeseen,
            (_, held) => held,
        };
    }

    fn judge(&self, kid: usize, lookup: &Lookup) {
        let at_most = self.jwks.settings().removed_key_trusted_at_most();
        match (lookup, &self.held) {
            (_, Held::Unforeseen) => {}
            (Lookup::Found(keys), Held::Set(set, at)) => {
                let held = set
                    .get(kid)
                    .copied()
                    .flatten()
                    .expect("a kid of the last good set");
                for (number, (alg, _)) in FILES.iter().enumerate() {
                    assert_eq!(keys.for_alg(alg).is_some(), number == held, "another key");
                }
                assert!(self.now <= *at + at_most, "trusted for too long");
            }
            (Lookup::Found(_), Held::Nothing) => panic!("found without a set"),
            (Lookup::UnknownKey, Held::Set(set, at)) => {
                assert!(
                    set.get(kid).copied().flatten().is_none(),
                    "a key of the set is unknown"
                );
                let cooldown = self.jwks.settings().cooldown;
                let is_retired = self.retired.get(kid).is_some_and(|retired| *retired);
                assert!(
                    is_retired || self.now <= *at + cooldown,
                    "unknown by an old set"
                );
            }
            (Lookup::UnknownKey, Held::Nothing) => panic!("unknown without a set"),
            (_, Held::Set(set, at)) => {
                let is_in_it = set.get(kid).copied().flatten().is_some();
                // A set is fresh for at least this time, whatever its response says.
                let settings = self.jwks.settings();
                let life = settings.cooldown.max(settings.total_deadline) * 2;
                let is_fresh = self.now < *at + life;
                assert!(!is_in_it || !is_fresh, "a fresh set lacks its key");
            }
            (_, Held::Nothing) => {}
        }
    }
}

fn with(response: Response, header: &Header<'_>) -> Response {
    match header {
        Header::None => response,
        Header::Etag => response.with_header("etag", "\"a\""),
        Header::MaxAge(seconds) => {
            response.with_header("cache-control", format!("max-age={seconds}"))
        }
        Header::CacheControl(text) => response.with_header("cache-control", *text),
        Header::Age(text) => response.with_header("age", *text),
        Header::RetryAfter(text) => response.with_header("retry-after", *text),
    }
}
