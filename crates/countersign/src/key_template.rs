//! The endpoints of a template.

use std::collections::BTreeMap;
use std::fmt;

use crate::claim_groups::ClaimGroup;
use crate::endpoint::KeyEndpoint;
use crate::hints::{Claim, IssuerAndAudience};

/// The endpoints of one template. They were made when the template was configured, one for each
/// combination of the fixed strings in its groups. A token selects among them; nothing of a token
/// ever becomes part of a URL.
pub struct KeyTemplate {
    groups: Vec<ClaimGroup>,
    endpoints: BTreeMap<Vec<String>, KeyEndpoint>,
}

impl KeyTemplate {
    pub(crate) fn new(
        groups: Vec<ClaimGroup>,
        endpoints: BTreeMap<Vec<String>, KeyEndpoint>,
    ) -> Self {
        Self { groups, endpoints }
    }

    /// The endpoints, in the order of their values.
    pub fn endpoints(&self) -> impl Iterator<Item = &KeyEndpoint> {
        self.endpoints.values()
    }

    /// The endpoint that `iss` and the first matching `aud` select.
    ///
    /// # Errors
    ///
    /// The claim that selects no endpoint.
    pub(crate) fn select(&self, claims: &impl IssuerAndAudience) -> Result<&KeyEndpoint, Claim> {
        let mut values = Vec::with_capacity(self.groups.len());
        for group in &self.groups {
            values.push(group.value(claims)?);
        }
        // Every combination of the groups' values has an endpoint.
        self.endpoints.get(&values).ok_or(Claim::Issuer)
    }
}

impl fmt::Debug for KeyTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyTemplate")
            .field("endpoints", &self.endpoints.len())
            .finish_non_exhaustive()
    }
}
