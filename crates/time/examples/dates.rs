//! Reads dates in the format of tokens: `cargo run -p countersign-time --example dates`

use countersign_time::UnixTime;

fn main() {
    for number in [
        "1700000000",
        "1700000000.25",
        "1.7e9",
        "1700000000000",
        "1e308",
        "01",
    ] {
        match UnixTime::from_numeric_date(number) {
            Some(time) if time.looks_like_milliseconds() => {
                println!("{number} is {time} s; it is probably meant as milliseconds");
            }
            Some(time) => println!("{number} is {time} s since 1970"),
            None => println!("{number} is not a time"),
        }
    }
}
