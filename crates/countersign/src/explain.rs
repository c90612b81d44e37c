//! The explain trace: each step of a verification and how it ended.
//!
//! The code that verifies writes the trace, so the trace always shows what really happened. It
//! never contains the token, a signature or a secret.

use std::fmt;

use countersign_claims::Check;

use crate::code::Code;
use crate::error::Error;

/// A step of a verification. The steps are in the order in which they happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// The token is read: size, number of parts, header.
    Token,
    /// If several issuers are trusted, one is selected.
    Trust,
    /// `typ` and `cty` of the header are as expected.
    Header,
    /// A key that could have signed it is found.
    Key,
    /// The payload and the signature are decoded, and the signature is verified.
    Signature,
    /// The claims are read.
    Claims,
    /// `iss` is the expected one.
    Issuer,
    /// `aud` contains the expected element.
    Audience,
    /// `exp` is in the future.
    Expiry,
    /// `nbf` is not in the future.
    NotBefore,
    /// `iat` is not too old.
    Age,
    /// The user is not empty, unless that is allowed.
    User,
    /// A check of the policy that is newer than this code and has no stage of its own.
    Policy,
    /// The authority may use this user name: it doesn't begin with the prefix of another authority.
    Identity,
}

impl Stage {
    /// The stages of every verification, in order.
    pub const ALL: &'static [Self] = &[
        Self::Token,
        Self::Trust,
        Self::Header,
        Self::Key,
        Self::Signature,
        Self::Claims,
        Self::Issuer,
        Self::Audience,
        Self::Expiry,
        Self::NotBefore,
        Self::Age,
        Self::User,
        Self::Identity,
    ];

    /// The stage as one word, such as `signature`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Header => "header",
            Self::Trust => "trust",
            Self::Key => "key",
            Self::Signature => "signature",
            Self::Claims => "claims",
            Self::Issuer => "issuer",
            Self::Audience => "audience",
            Self::Expiry => "expiry",
            Self::NotBefore => "not_before",
            Self::Age => "age",
            Self::User => "user",
            Self::Policy => "policy",
            Self::Identity => "identity",
        }
    }
}

impl From<Check> for Stage {
    fn from(check: Check) -> Self {
        match check {
            Check::Issuer => Self::Issuer,
            Check::Audience => Self::Audience,
            Check::Expiry => Self::Expiry,
            Check::NotBefore => Self::NotBefore,
            Check::Age => Self::Age,
            Check::Anonymous => Self::User,
            // A check that is newer than this code.
            _ => Self::Policy,
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The result of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It passed.
    Passed,
    /// It failed, so the verification failed.
    Failed(Code),
    /// It didn't happen, because an earlier step failed.
    NotReached,
}

/// A step and its result.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// The step.
    pub stage: Stage,
    /// Its result.
    pub outcome: Outcome,
    /// The reason for the result, in a sentence. Empty if the step was not reached.
    pub detail: String,
}

/// A verification with all its steps.
#[derive(Debug)]
#[non_exhaustive]
pub struct Explanation<T> {
    /// Every stage once, in order.
    pub steps: Vec<Step>,
    /// The result of the verification.
    pub result: Result<T, Error>,
}

/// Observes the steps. `()` ignores them and costs nothing.
pub(crate) trait Observe {
    /// Called when a step has ended. `end` says how it ended and why, if that is needed.
    fn step(&mut self, stage: Stage, end: impl FnOnce() -> (Outcome, String));

    /// A step has passed. `detail` makes the explanation, if it is needed.
    #[inline]
    fn passed(&mut self, stage: Stage, detail: impl FnOnce() -> String) {
        self.step(stage, || (Outcome::Passed, detail()));
    }

    /// A step has failed with this error, which is returned.
    #[inline]
    fn failed(&mut self, stage: Stage, error: Error) -> Error {
        self.step(stage, || (Outcome::Failed(error.code()), error.to_string()));
        error
    }
}

impl Observe for () {
    #[inline]
    fn step(&mut self, _: Stage, _: impl FnOnce() -> (Outcome, String)) {}
}

/// Records every step.
#[derive(Default)]
pub(crate) struct Trace {
    steps: Vec<Step>,
}

impl Observe for Trace {
    fn step(&mut self, stage: Stage, end: impl FnOnce() -> (Outcome, String)) {
        let (outcome, detail) = end();
        self.steps.push(Step {
            stage,
            outcome,
            detail,
        });
    }
}

impl Trace {
    /// The explanation, with the stages that were not reached.
    pub(crate) fn explain<T>(mut self, result: Result<T, Error>) -> Explanation<T> {
        let reached = self.steps.iter().map(|step| step.stage).collect::<Vec<_>>();
        let missing = Stage::ALL
            .iter()
            .copied()
            .filter(|stage| !reached.contains(stage));
        self.steps.extend(missing.map(|stage| Step {
            stage,
            outcome: Outcome::NotReached,
            detail: String::new(),
        }));
        Explanation {
            steps: self.steps,
            result,
        }
    }
}
