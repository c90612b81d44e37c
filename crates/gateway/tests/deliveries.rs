//! Publications to many subscribers: complete, in order, and none waits for a slow one.

use crate::support;

use std::fmt::Write as _;
use std::thread;

use support::running::{Client, Running};

/// More than one task writes to at once.
const CROWD: usize = 150;

fn subscriber(server: &Running, channel: &str) -> Client {
    let mut client = server.open();
    client.send(&format!(
        r#"{{"id":2,"subscribe":{{"channel":"{channel}"}}}}"#
    ));
    assert_eq!(client.text(), r#"{"id":2,"subscribe":{}}"#);
    client
}

/// Publishes these texts by one frame, and waits for the replies.
fn publish(client: &mut Client, channel: &str, texts: &[String]) {
    let mut frame = String::new();
    for text in texts {
        writeln!(
            frame,
            r#"{{"id":9,"publish":{{"channel":"{channel}","data":"{text}"}}}}"#
        )
        .unwrap();
    }
    client.send(&frame);
    let mut replies = 0;
    while replies < texts.len() {
        replies += client.text().matches(r#"{"id":9,"publish":{}}"#).count();
    }
}

/// The texts of the next so many publications, and in how many frames they came.
fn receive(client: &mut Client, count: usize) -> (Vec<String>, usize) {
    let (mut texts, mut frames) = (Vec::new(), 0);
    while texts.len() < count {
        let frame = client.text();
        frames += 1;
        for line in frame.lines() {
            let (_, data) = line.split_once(r#""pub":{"data":""#).unwrap();
            texts.push(data.split_once('"').unwrap().0.to_owned());
        }
    }
    (texts, frames)
}

#[test]
fn publications_of_one_frame_reach_every_subscriber_in_one_frame() {
    let server = Running::start(|_| {});
    let mut subscribers: Vec<_> = (0..CROWD).map(|_| subscriber(&server, "a")).collect();
    let mut publisher = server.open();
    let texts: Vec<_> = (0..16).map(|number| number.to_string()).collect();
    for _ in 0..3 {
        publish(&mut publisher, "a", &texts);
        for subscriber in &mut subscribers {
            assert_eq!(receive(subscriber, texts.len()), (texts.clone(), 1));
        }
    }
}

#[test]
fn a_publisher_hears_replies_and_publications_in_the_order_of_its_commands() {
    let server = Running::start(|_| {});
    let mut client = server.open();
    client.send(
        "{\"id\":2,\"publish\":{\"channel\":\"a\",\"data\":\"unheard\"}}\n\
         {\"id\":3,\"subscribe\":{\"channel\":\"a\"}}\n\
         {\"id\":4,\"publish\":{\"channel\":\"a\",\"data\":\"heard\"}}\n\
         {\"id\":5,\"unsubscribe\":{\"channel\":\"a\"}}\n\
         {\"id\":6,\"publish\":{\"channel\":\"a\",\"data\":\"unheard\"}}",
    );
    let text = client.text();
    let lines: Vec<_> = text.lines().collect();
    let push = r#"{"push":{"channel":"a","pub":{"data":"heard""#;
    for (line, start) in lines.iter().zip([
        r#"{"id":2,"publish":{}}"#,
        r#"{"id":3,"subscribe":{}}"#,
        push,
        r#"{"id":4,"publish":{}}"#,
        r#"{"id":5,"unsubscribe":{}}"#,
        r#"{"id":6,"publish":{}}"#,
    ]) {
        assert!(line.starts_with(start), "{text}");
    }
    assert_eq!(lines.len(), 6, "{text}");
}

#[test]
fn a_slow_reader_gets_everything_in_order_and_a_fast_one_need_not_wait() {
    // Less than the limit of what may wait for a client, and more than the kernel takes.
    const COUNT: usize = 150;
    let server = Running::start(|_| {});
    let mut slow = subscriber(&server, "a");
    let mut fast = subscriber(&server, "a");
    let mut publisher = server.open();
    let padding = "x".repeat(60_000);
    let texts: Vec<_> = (0..COUNT)
        .map(|number| format!("{number} {padding}"))
        .collect();
    for text in &texts {
        publish(&mut publisher, "a", std::slice::from_ref(text));
        assert_eq!(&receive(&mut fast, 1).0[0], text);
    }
    let (received, _) = receive(&mut slow, COUNT);
    assert!(received == texts);
    slow.check();
}

#[test]
fn on_several_threads_all_subscribers_see_the_same_order() {
    const PUBLISHERS: usize = 3;
    const ROUNDS: usize = 40;
    const BATCH: usize = 5;
    let server = Running::on_threads(4);
    let mut subscribers: Vec<_> = (0..CROWD).map(|_| subscriber(&server, "a")).collect();
    let received: Vec<Vec<String>> = thread::scope(|scope| {
        for publisher in 0..PUBLISHERS {
            let server = &server;
            scope.spawn(move || {
                let mut client = server.open();
                for round in 0..ROUNDS {
                    let texts: Vec<_> = (0..BATCH)
                        .map(|number| format!("{publisher} {:04}", round * BATCH + number))
                        .collect();
                    publish(&mut client, "a", &texts);
                }
            });
        }
        let count = PUBLISHERS * ROUNDS * BATCH;
        subscribers
            .iter_mut()
            .map(|subscriber| receive(subscriber, count).0)
            .collect()
    });
    for other in &received {
        assert!(*other == received[0]);
    }
    for publisher in 0..PUBLISHERS {
        let of_one = received[0]
            .iter()
            .filter(|text| text.starts_with(&format!("{publisher} ")));
        assert!(of_one.is_sorted());
    }
}

#[test]
fn subscribers_that_leave_while_others_publish_are_sent_a_whole_last_frame() {
    let server = Running::on_threads(4);
    thread::scope(|scope| {
        let server = &server;
        scope.spawn(move || {
            let mut publisher = server.open();
            for _ in 0..200 {
                publish(&mut publisher, "a", &["text".into(), "text".into()]);
            }
        });
        for _ in 0..20 {
            let mut client = subscriber(server, "a");
            client.send("nonsense");
            // Every frame before the close frame is whole, or reading it would fail.
            assert_eq!(client.closed(), (3501, "bad request".into()));
        }
    });
    server.until(0);
}
