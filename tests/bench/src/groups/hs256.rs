//! HS256, which most users of Centrifugo use.

use countersign::signature::AlgorithmName;
use countersign::{Scratch, UnixTime, default_provider, fastest_provider};

use crate::floor::Floor;
use crate::measure::Contestant;
use crate::ours;
use crate::peers::go::{CRISTALHQ, GOLANG_JWT, Go};
use crate::peers::jsonwebtoken::{Issuer, Over, Verifier};
use crate::peers::{jwt_simple, raw};
use crate::report::{Goal, Group, Report};
use crate::tokens::{self, Claims};

const HS256: AlgorithmName = AlgorithmName::HS256;

const BORROWED: &str = "Countersign, borrowed";
const OWNED: &str = "Countersign, owned";
const STRUCT: &str = "Countersign, own struct";
const FASTEST_STRUCT: &str = "Countersign, own struct, fastest";
const FLOOR: &str = "floor: HMAC, base64, serde_json";
const OVER_AWS_LC: &str = "jsonwebtoken over aws-lc-rs";
const OVER_RUSTCRYPTO: &str = "jsonwebtoken over RustCrypto";
const JWT_SIMPLE: &str = "jwt-simple";

pub(crate) fn verification(report: &mut Report, rounds: usize, go: Option<&Go>) {
    let token = tokens::token(HS256);
    let secret = tokens::secret();
    let authenticator = ours::holding(default_provider(), HS256);
    let fastest = ours::holding(fastest_provider(), HS256);
    let (mut scratch, mut other_scratch) = (Scratch::default(), Scratch::default());
    let mut fastest_scratch = Scratch::default();
    let mut floor = Floor::new(&secret);
    let over_aws_lc = Verifier::new(Over::AwsLc, HS256).unwrap();
    let over_rustcrypto = Verifier::new(Over::RustCrypto, HS256).unwrap();
    let jwt_simple = jwt_simple::Key::new(&secret);
    let (input, tag) = parts(&token);
    let alone = |check: Option<raw::Check>| {
        let (check, input, tag) = (check.unwrap(), input.clone(), tag.clone());
        move || assert!(check(&input, &tag))
    };

    let mut contestants = vec![
        Contestant::new(FLOOR, || {
            let claims = floor.verify(&token).unwrap();
            assert_eq!(
                (claims.sub, claims.exp, claims.iat),
                (tokens::SUB, tokens::EXP, tokens::IAT)
            );
            claims.info.get().len() + claims.channels.get().len()
        }),
        Contestant::new(BORROWED, || {
            let accepted = authenticator.connection_in(&token, tokens::now(), &mut scratch);
            accepted.unwrap().decoded().channels.len()
        }),
        Contestant::new(OWNED, || {
            authenticator.connection(&token, tokens::now()).unwrap()
        }),
        Contestant::new(STRUCT, || {
            // The peers read any JWT, and know nothing of the claims of a connection.
            let accepted = authenticator.token_in(&token, tokens::now(), &mut other_scratch);
            accepted.unwrap().claims::<Claims>().unwrap()
        }),
        Contestant::new(FASTEST_STRUCT, || {
            let accepted = fastest.token_in(&token, tokens::now(), &mut fastest_scratch);
            accepted.unwrap().claims::<Claims>().unwrap()
        }),
        Contestant::new(OVER_AWS_LC, || over_aws_lc.verify(&token)),
        Contestant::new(OVER_RUSTCRYPTO, || over_rustcrypto.verify(&token)),
        Contestant::new(JWT_SIMPLE, || jwt_simple.verify(&token)),
        Contestant::new(raw::RING, alone(raw::ring(HS256))),
        Contestant::new(raw::AWS_LC, alone(raw::aws_lc(HS256))),
        Contestant::new(raw::RUSTCRYPTO, alone(raw::rustcrypto(HS256))),
    ];
    if let Some(go) = go {
        contestants.push(go.contestant(CRISTALHQ, "cristalhq", "HS256"));
        contestants.push(go.contestant(GOLANG_JWT, "golang-jwt", "HS256"));
    }
    let group = Group::measure("HS256, verification", contestants, rounds);

    let goals = &mut report.goals;
    goals.push(Goal::at_most(
        "HS256 verification, borrowed, against the floor",
        1.0,
        group.ratio(BORROWED, FLOOR),
    ));
    for (ours, provider) in [(STRUCT, "default"), (FASTEST_STRUCT, "fastest")] {
        for (peer, limit) in [(OVER_AWS_LC, 2.5), (JWT_SIMPLE, 4.0), (CRISTALHQ, 4.0)] {
            let what =
                format!("HS256 verification into a struct, {provider} provider, {peer} against it");
            goals.push(Goal::at_least(what, limit, group.ratio(peer, ours)));
        }
    }
    goals.push(Goal::at_most(
        "HS256 verification, owned against borrowed",
        1.25,
        group.ratio(OWNED, BORROWED),
    ));
    let allocations = group.get(BORROWED).and_then(|it| it.allocations);
    let count = allocations.map(|count| count as f64);
    let what = "HS256 verification, borrowed: allocations";
    goals.push(Goal::at_most(what, 0.0, count).in_units(""));
    report.groups.push(group);
}

pub(crate) fn issuing(report: &mut Report, rounds: usize) {
    let secret = tokens::secret();
    let issuer = ours::issuer(default_provider());
    let over_aws_lc = Issuer::new(Over::AwsLc, &secret);
    let over_rustcrypto = Issuer::new(Over::RustCrypto, &secret);
    let jwt_simple = jwt_simple::Key::new(&secret);
    let claims = Claims::new();
    // jsonwebtoken reads no clock either.
    let issued_at = UnixTime::from_secs(tokens::IAT);
    let contestants = vec![
        Contestant::new(OWNED, || {
            let token = issuer.connection(tokens::SUB).issued_at(issued_at);
            let token = token.with(|set| set.exp(UnixTime::from_secs(tokens::EXP)));
            let token = token.info(&claims.info).unwrap();
            token.channel("news").sign().unwrap()
        }),
        Contestant::new(OVER_AWS_LC, || over_aws_lc.issue(&claims)),
        Contestant::new(OVER_RUSTCRYPTO, || over_rustcrypto.issue(&claims)),
        Contestant::new(JWT_SIMPLE, || jwt_simple.issue(&claims)),
    ];
    let group = Group::measure("HS256, issuing", contestants, rounds);
    report.goals.push(Goal::at_least(
        format!("HS256 issuing, {OVER_AWS_LC} against it"),
        1.3,
        group.ratio(OVER_AWS_LC, OWNED),
    ));
    let allocations = group.get(OWNED).and_then(|it| it.allocations);
    let count = allocations.map(|count| count as f64);
    let goal = Goal::at_most("HS256 issuing: allocations", 2.0, count);
    report.goals.push(goal.in_units(""));
    report.groups.push(group);
}

/// The signing input of a token and its signature, decoded.
pub(crate) fn parts(token: &str) -> (Vec<u8>, Vec<u8>) {
    use base64::Engine;

    let (input, signature) = token.rsplit_once('.').unwrap();
    let signature = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(signature);
    (input.as_bytes().to_vec(), signature.unwrap())
}
