//! Relative links in Markdown lead somewhere.

use std::path::Path;

use super::{Complaints, Workspace};
use crate::files::File;

/// Every relative link of every Markdown file names a file or folder that exists.
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
    let leads_nowhere = |target: &&str| {
        let path = target.split('#').next().unwrap_or("");
        !path.is_empty() && !root.join(folder).join(path).exists()
    };
    let targets = targets(&file.text).into_iter().filter(leads_nowhere);
    targets
        .map(|target| format!("{} links to {target}, which is not there", file.path))
        .collect()
}

/// The targets of inline links `[…](target)` and definitions `[…]: target`, outside code.
fn targets(text: &str) -> Vec<&str> {
    let mut targets = Vec::new();
    let mut in_fence = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_fence = !in_fence;
        } else if !in_fence && !line.starts_with("    ") {
            // Every other piece between backticks is code.
            for prose in line.split('`').step_by(2) {
                let inline = prose
                    .split("](")
                    .skip(1)
                    .filter_map(|rest| rest.split(')').next());
                targets.extend(inline);
            }
            if let Some((_, target)) = line
                .strip_prefix('[')
                .and_then(|rest| rest.split_once("]: "))
            {
                targets.push(target);
            }
        }
    }
    let first_word = |target: &'_ str| target.split_whitespace().next().unwrap_or("").len();
    targets.retain_mut(|target| {
        *target = target.get(..first_word(target)).unwrap_or("");
        !target.contains(':')
    });
    targets
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{dangling, targets};
    use crate::files::File;

    #[test]
    fn links_are_read_outside_code_alone() {
        let text = "[a](a.md) and [`b`](b/c.md#part \"title\"), `[no](x.md)`\n\
                    ```\n[no](y.md)\n```\n    [no](z.md)\n\
                    [c]: d.md\n[web](https://example.com) ![image](e.png)\n";
        assert_eq!(targets(text), ["a.md", "b/c.md#part", "d.md", "e.png"]);
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
        assert_eq!(links("[gone](gone.md)"), 1);
        assert_eq!(
            links("[here](main.rs) [up](../Cargo.toml#x) [part](#part)"),
            0
        );
    }
}
