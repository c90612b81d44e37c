//! Whole processes: our program and Centrifugo's.

use core::time::Duration;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::measure::Contestant;
use crate::report::{Goal, Group, Report};

const OURS: &str = "countersign";
const CENTRIFUGO: &str = "centrifugo";

/// `checkconfig` and `gentoken` of `countersign` and of a `centrifugo` on the search path.
pub(crate) fn commands(report: &mut Report, rounds: usize, countersign: Option<&Path>) {
    let Some(countersign) = countersign else {
        report
            .skipped
            .push("whole processes: no program was given by `--countersign`".into());
        return;
    };
    let has_centrifugo = run(Path::new(CENTRIFUGO), &["version"]).is_some();
    if !has_centrifugo {
        let reason = "`countersign` beside `centrifugo`: no `centrifugo` is on the search path";
        report.skipped.push(reason.into());
    }
    let config =
        std::env::temp_dir().join(format!("countersign-bench-{}.json", std::process::id()));
    let secret = "a secret of at least 32 bytes, for measurements";
    let text = format!(r#"{{"client":{{"token":{{"hmac_secret_key":"{secret}"}}}}}}"#);
    std::fs::write(&config, text).unwrap();
    let path = config.to_str().unwrap();
    for (command, arguments) in [
        ("checkconfig", vec!["checkconfig", "-c", path]),
        ("gentoken", vec!["gentoken", "-c", path, "-u", "42"]),
    ] {
        let contestant = |name, program: &Path| {
            let (program, arguments) = (program.to_owned(), arguments.clone());
            Contestant::elsewhere(name, None, move |times| {
                (0..times).map(|_| run(&program, &arguments).unwrap()).sum()
            })
        };
        let mut contestants = vec![contestant(OURS, countersign)];
        if has_centrifugo {
            contestants.push(contestant(CENTRIFUGO, Path::new(CENTRIFUGO)));
        }
        let title = format!("`{command}` as a whole process");
        let group = Group::measure(title, contestants, rounds);
        let what = format!("`{command}` as a whole process, centrifugo against it");
        report
            .goals
            .push(Goal::at_least(what, 1.0, group.ratio(CENTRIFUGO, OURS)));
        report.groups.push(group);
    }
    // It is a temporary file, so it doesn't matter if it stays.
    let _ = std::fs::remove_file(config);
}

/// How long a program took; `None` if it did not start or failed.
fn run(program: &Path, arguments: &[&str]) -> Option<Duration> {
    let start = Instant::now();
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let status = command.status().ok()?;
    status.success().then(|| start.elapsed())
}
