//! Checks that relative links in Markdown have a target.

use std::fs;
use std::path::Path;

use super::workspace::{Complaints, Workspace};
use crate::files::File;

/// Every relative link of every Markdown file names a file or folder that exists, and a heading of it.
pub(super) fn check(workspace: &Workspace) -> Complaints {
    let markdown = workspace
        .files
        .iter()
        .filter(|file| file.path.ends_with(".md"));
    markdown
        .flat_map(|file| dangling(file, &workspace.root))
        .collect()
}

fn dangling(file: &File, root: &Path) -> Complaints {
    let folder = Path::new(&file.path).parent().unwrap_or(Path::new(""));
    let leads_nowhere = |target: &String| {
        let (path, part) = target.split_once('#').unwrap_or((target, ""));
        let there = root.join(folder).join(path);
        let text = match path {
            "" => Some(file.text.clone()),
            _ if path.ends_with(".md") => fs::read_to_string(&there).ok(),
            _ => None,
        };
        let lacks_part = |text: String| parts(&text).iter().all(|it| it != part);
        !path.is_empty() && !there.exists() || !part.is_empty() && text.is_some_and(lacks_part)
    };
    let targets = targets(&file.text).into_iter().filter(leads_nowhere);
    targets
        .map(|target| format!("{} links to {target}, which doesn't exist", file.path))
        .collect()
}

/// The lines outside of code blocks.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut in_fence = false;
    text.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        in_fence ^= is_fence;
        !in_fence && !is_fence
    })
}

/// The names by which links reach the headings.
fn parts(text: &str) -> Vec<String> {
    let headings = prose(text).filter(|line| line.starts_with('#'));
    let part = |heading: &str| {
        let words = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = words
            .chars()
            .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(part).collect()
}

/// The targets of inline links `[…](target)` and definitions `[…]: target`, outside code.
fn targets(text: &str) -> Vec<String> {
    let mut targets = Vec::new();
    let lines: Vec<&str> = prose(text).map(str::trim).collect();
    for paragraph in lines.split(|line| line.is_empty()) {
        // Every second piece between backticks is code, even if it continues on the next line.
        for piece in paragraph.join("\n").split('`').step_by(2) {
            let inline = piece.split("](").skip(1);
            targets.extend(inline.filter_map(|rest| Some(rest.split(')').next()?.to_owned())));
        }
        let definition =
            |line: &&str| Some(line.strip_prefix('[')?.split_once("]: ")?.1.to_owned());
        targets.extend(paragraph.iter().filter_map(definition));
    }
    // A title may follow.
    let first_word = |target: String| target.split_whitespace().next().map(str::to_owned);
    let relative = targets.into_iter().filter_map(first_word);
    relative.filter(|target| !target.contains(':')).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{dangling, targets};
    use crate::files::File;

    #[test]
    fn only_links_outside_code_are_read() {
        let text = "[a](a.md) and [`b`](b/c.md#part \"title\"), `[no](x.md)`\n\
                    ```\n[no](y.md)\n```\n- of\n    - [a list](z.md)\n\
                    \n[web](https://example.com) ![image](e.png) `code\nthat goes on` [f](f.md)\n\
                    \n[c]: d.md\n";
        let found = ["a.md", "b/c.md#part", "z.md", "e.png", "f.md", "d.md"];
        assert_eq!(targets(text), found);
    }

    #[test]
    fn a_link_to_nowhere_is_found() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let links = |text: &str| {
            let file = File {
                path: "src/sample.md".to_owned(),
                text: text.to_owned(),
            };
            dangling(&file, root).len()
        };
        let text = "## A `part`, or 2\n[here](main.rs) [up](../Cargo.toml#x) [part](#a-part-or-2)";
        assert_eq!(links(text), 0);
        assert_eq!(links("[for reviewers](../../README.md#for-reviewers)"), 0);
        for gone in [
            "[gone](gone.md)",
            "[gone](#gone)",
            "[gone](../../README.md#gone)",
        ] {
            assert_eq!(links(gone), 1, "{gone}");
        }
    }
}
