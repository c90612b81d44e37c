//! Instructions of one operation, counted by valgrind's callgrind: it runs this program again, and
//! counts inside `counted` alone.

use core::hint::black_box;
use core::time::Duration;
use std::process::Command;

use crate::{OurWheel, Random, SIZES, SPAN, STEP, heading, line};

/// The first argument of a run that is counted.
pub const WORD: &str = "--count";

const OPERATIONS: [&str; 5] = ["add", "move", "later", "remove", "expire"];

pub fn table() {
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("\nvalgrind is not installed: no instructions are counted");
        return;
    }
    let sizes = [SIZES[0], SIZES[3]];
    heading("keys, instructions each", &OPERATIONS);
    let rows = sizes.map(|size| {
        // Turning the clock costs the same with and without keys.
        let idle = run("expire", 0);
        let row = OPERATIONS.map(|operation| {
            let idle = if operation == "expire" { idle } else { 0 };
            (run(operation, size) - idle) as f64 / f64::from(size)
        });
        line(&size.to_string(), &row);
        row
    });
    let grown: [f64; 5] = core::array::from_fn(|column| rows[1][column] / rows[0][column]);
    let values: String = grown.iter().map(|value| format!("{value:>10.2}")).collect();
    println!("{:<28}{values}", "grows ... times");
}

/// The instructions of an operation on every one of so many keys.
fn run(operation: &str, size: u32) -> u64 {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    valgrind.arg("--toggle-collect=*counted*");
    valgrind.arg(std::env::current_exe().unwrap());
    let output = valgrind
        .args([WORD, operation, &size.to_string()])
        .output()
        .unwrap();
    let report = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{report}");
    let line = report
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    line.unwrap().1.trim().parse().unwrap()
}

/// What runs under callgrind.
pub fn count(operation: &str, size: u32) {
    let mut random = Random::default();
    let mut wheel = OurWheel::new(Duration::ZERO);
    let mut keys: Vec<_> = (0..size).map(|key| (key, random.deadline())).collect();
    if operation == "add" {
        counted(|| keys.iter().for_each(|&(key, at)| add(&mut wheel, key, at)));
        return;
    }
    let handles: Vec<_> = keys
        .iter()
        .map(|&(key, at)| wheel.add(key, Duration::from_millis(at)).unwrap())
        .collect();
    random.shuffle(&mut keys);
    let handle = |key: u32| handles[key as usize];
    let mut move_all = |deadline: &mut dyn FnMut(u64) -> u64| {
        let moves: Vec<_> = keys
            .iter()
            .map(|&(key, at)| (handle(key), Duration::from_millis(deadline(at))))
            .collect();
        counted(|| {
            for &(handle, deadline) in &moves {
                black_box(wheel.move_to(handle, deadline));
            }
        });
    };
    match operation {
        "move" => move_all(&mut |_| random.deadline()),
        "later" => move_all(&mut |at| at + SPAN / 2),
        "remove" => counted(|| {
            for &(key, _) in &keys {
                black_box(wheel.remove(handle(key)));
            }
        }),
        _ => counted(|| {
            for second in 1..=SPAN / STEP + 1 {
                wheel.advance(Duration::from_millis(second * STEP));
                while black_box(wheel.pop()).is_some() {}
            }
        }),
    }
}

fn add(wheel: &mut OurWheel, key: u32, at: u64) {
    black_box(wheel.add(key, Duration::from_millis(at))).unwrap();
}

#[inline(never)]
fn counted(work: impl FnOnce()) {
    work();
}
