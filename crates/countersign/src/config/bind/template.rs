//! Endpoints with placeholders: `https://example.com/{{realm}}/certs`.
//!
//! The group of the same name in `issuer_regex` or `audience_regex` fills a placeholder. The group
//! must be an alternation of fixed strings, so that all URLs are known when the configuration is
//! read. A token chooses one of them, but can't change any of them (CVE-2026-32301).

use std::collections::{BTreeMap, BTreeSet};

use countersign_fetch::{EndpointUrl, UrlTemplate};
use regex_syntax::ast::{Ast, GroupKind, parse::Parser};
use regex_syntax::hir;

/// The most URLs that one template may make.
const MOST_URLS: usize = 1000;

/// The fixed strings that a named group can match, or an error if it can match others. `None` if
/// the expression has no such group.
pub(super) fn strings_of_group(
    expression: &str,
    name: &str,
) -> Option<Result<BTreeSet<String>, &'static str>> {
    let tree = Parser::new().parse(expression).ok()?;
    let group = find_group(&tree, name)?;
    if has_flags(&tree) {
        return Some(Err(
            "the expression has flags such as (?i), which change what matches",
        ));
    }
    Some(match strings(group) {
        Some(strings) if strings.contains("") => Err("the group may be empty"),
        Some(strings) => Ok(strings),
        None => Err("the group is not an alternation of fixed strings such as (?P<name>a|b)"),
    })
}

/// Describes the error of an expression that doesn't compile, with its place.
pub(super) fn fault(expression: &str, error: &regex::Error) -> String {
    if let regex::Error::CompiledTooBig(_) = error {
        return "found an expression that compiles to more than 10 MiB; repeat less".into();
    }
    let (kind, at) = match Parser::new().parse(expression) {
        Err(error) => (error.kind().to_string(), error.span().start.column),
        Ok(tree) => match hir::translate::Translator::new().translate(expression, &tree) {
            Err(error) => (error.kind().to_string(), error.span().start.column),
            // Alone it is valid, but not inside other text: a comment of (?x) continues after its
            // end.
            Ok(_) => return "found an expression with a comment that does not end; end it with a line break".into(),
        },
    };
    format!("found no regular expression: {kind} (at character {at})")
}

fn children(tree: &Ast) -> &[Ast] {
    match tree {
        Ast::Repetition(repetition) => core::slice::from_ref(&*repetition.ast),
        Ast::Group(group) => core::slice::from_ref(&*group.ast),
        Ast::Alternation(alternation) => &alternation.asts,
        Ast::Concat(concat) => &concat.asts,
        _ => &[],
    }
}

fn find_group<'t>(tree: &'t Ast, name: &str) -> Option<&'t Ast> {
    if let Ast::Group(group) = tree
        && let GroupKind::CaptureName { name: found, .. } = &group.kind
        && found.name == name
    {
        return Some(&group.ast);
    }
    children(tree)
        .iter()
        .find_map(|child| find_group(child, name))
}

fn has_flags(tree: &Ast) -> bool {
    let here = match tree {
        Ast::Flags(_) => true,
        Ast::Group(group) => {
            matches!(&group.kind, GroupKind::NonCapturing(flags) if !flags.items.is_empty())
        }
        _ => false,
    };
    here || children(tree).iter().any(has_flags)
}

/// All strings that a tree of literals matches; `None` if it contains anything else, or if there
/// are too many.
fn strings(tree: &Ast) -> Option<BTreeSet<String>> {
    let strings = match tree {
        Ast::Empty(_) => BTreeSet::from([String::new()]),
        Ast::Literal(literal) => BTreeSet::from([literal.c.to_string()]),
        Ast::Group(group) => strings(&group.ast)?,
        Ast::Alternation(alternation) => {
            let mut all = BTreeSet::new();
            for branch in &alternation.asts {
                all.extend(strings(branch)?);
            }
            all
        }
        Ast::Concat(concat) => {
            let mut all = BTreeSet::from([String::new()]);
            for part in &concat.asts {
                let part = strings(part)?;
                if all.len().saturating_mul(part.len()) > MOST_URLS {
                    return None;
                }
                all = all
                    .iter()
                    .flat_map(|before| part.iter().map(move |after| format!("{before}{after}")))
                    .collect();
            }
            all
        }
        _ => return None,
    };
    (strings.len() <= MOST_URLS).then_some(strings)
}

/// The endpoint for every combination of values. The values are in the order of the groups.
pub(super) fn endpoints(
    template: &UrlTemplate,
    groups: &[(String, BTreeSet<String>)],
) -> Result<BTreeMap<Vec<String>, EndpointUrl>, String> {
    let mut combinations: Vec<Vec<&str>> = vec![Vec::new()];
    for (_, values) in groups {
        if combinations.len().saturating_mul(values.len()) > MOST_URLS {
            return Err(format!(
                "found more than {MOST_URLS} combinations of values; use fewer"
            ));
        }
        combinations = combinations
            .iter()
            .flat_map(|before| {
                let and = |value| before.iter().copied().chain([value]).collect();
                values.iter().map(String::as_str).map(and)
            })
            .collect();
    }
    let place = |name: &str| groups.iter().position(|(group, _)| group == name);
    combinations
        .into_iter()
        .map(|values| {
            let endpoint = template.endpoint(|name| values.get(place(name)?).copied());
            let picked = values.iter().map(|value| (*value).to_owned()).collect();
            Ok((picked, endpoint.map_err(|error| error.to_string())?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i1_groups_of_fixed_strings_become_lists() {
        for (expression, expected) in [
            (r"^(?P<g>host\.example\.com)$", vec!["host.example.com"]),
            ("^(?P<g>a|b)$", vec!["a", "b"]),
            ("(?P<g>aaa|bbb|ccc)", vec!["aaa", "bbb", "ccc"]),
            ("(?<g>ab|ac|ad)", vec!["ab", "ac", "ad"]),
            (r"(?P<g>foo\x41|foo\x42)", vec!["fooA", "fooB"]),
            ("(?P<g>fo|foo)", vec!["fo", "foo"]),
            ("x(?P<g>a(b|c)(?:d|e))y", vec!["abd", "abe", "acd", "ace"]),
            ("(?P<other>.*)-(?P<g>a)", vec!["a"]),
            ("x|-(?P<g>a|b)", vec!["a", "b"]),
            ("(?:-(?P<g>a|b))+", vec!["a", "b"]),
        ] {
            let found = strings_of_group(expression, "g").unwrap().unwrap();
            assert_eq!(
                found.into_iter().collect::<Vec<_>>(),
                expected,
                "{expression}"
            );
        }
        assert!(strings_of_group("(a|b)", "g").is_none());
    }

    #[test]
    fn i1_groups_that_match_anything_else_are_refused() {
        for inside in [
            "[a-zA-Z0-9-]+",
            ".+",
            ".*",
            r"\w+",
            r"\S+",
            "test|[a-z]+",
            ".",
            "foo?",
            "a*",
            "a+",
            "a{3}",
            "foo|.",
            r"\d+",
            r"\s",
            r"\D+",
            r"\pL+",
            "test.*",
            "[ab]",
            "|foo",
            "foo|",
            "",
            "(?i)a",
            "(?i:a)",
            "a$",
            r"\ba",
        ] {
            let expression = format!("^(?P<g>{inside})$");
            let found = strings_of_group(&expression, "g").unwrap();
            assert!(found.is_err(), "{expression}: {found:?}");
        }
        let refused = |expression| strings_of_group(expression, "g").unwrap().unwrap_err();
        assert_eq!(refused("(?P<g>|foo)"), "the group may be empty");
        for flags in ["(?i)(?P<g>a|b)", "(?i:x)?(?P<g>a|b)", "x|(?i:y)(?P<g>a|b)"] {
            assert!(refused(flags).contains("flags"), "{flags}");
        }
        // Ten times ten times ten combinations are the limit.
        let digits = "(0|1|2|3|4|5|6|7|8|9)";
        let thousand = format!("(?P<g>{digits}{digits}{digits})");
        let most = strings_of_group(&thousand, "g").unwrap().unwrap();
        assert_eq!(most.len(), MOST_URLS);
        let many = vec!["(a|b)"; 40].concat();
        assert!(
            strings_of_group(&format!("(?P<g>{many})"), "g")
                .unwrap()
                .is_err()
        );
    }

    fn template(url: &str) -> UrlTemplate {
        UrlTemplate::new(url, false).unwrap()
    }

    #[test]
    fn i2_values_that_could_bend_a_url_are_refused() {
        for value in [
            "../etc", "..", ".", "a/b", "a?b", "a#b", "a@b", "a:1", r"a\b", "%2e", "a\r\nb", "ａ",
            "", "a b", "a\0",
        ] {
            let groups = [("g".to_owned(), BTreeSet::from([value.to_owned()]))];
            let template = template("https://x.example/{{g}}/k");
            assert!(endpoints(&template, &groups).is_err(), "{value:?}");
        }
    }

    #[test]
    fn every_combination_has_its_endpoint() {
        let set = |values: [&str; 2]| values.map(String::from).into();
        let groups = [
            ("t".to_owned(), set(["a", "b"])),
            ("r".to_owned(), set(["1", "2"])),
        ];
        let template = template("https://{{t}}.example.com/{{r}}/{{t}}");
        let endpoints = endpoints(&template, &groups).unwrap();
        assert_eq!(endpoints.len(), 4);
        let picked = vec!["b".to_owned(), "1".to_owned()];
        assert_eq!(endpoints[&picked].as_str(), "https://b.example.com/1/b");
    }

    #[test]
    fn at_most_a_thousand_combinations_are_allowed() {
        let values = |count: u16| (0..count).map(|it| it.to_string()).collect();
        let template = template("https://x.example/{{a}}/{{b}}");
        for (first, second, expected) in [(20, 50, Some(1000)), (7, 143, None)] {
            let groups = [("a".into(), values(first)), ("b".into(), values(second))];
            let made = endpoints(&template, &groups);
            assert_eq!(made.ok().map(|it| it.len()), expected);
        }
    }
}
