//! Pings, close frames, and how advice is told.

use countersign::Advice;
use countersign_gateway::wire::{
    Close, Codec, ErrorCode, Generation, Refusal, TokenUse, Unsubscribed,
};

const V1: Generation = Generation::V1;
const V2: Generation = Generation::V2;

#[test]
fn only_the_second_generation_is_pinged_by_messages() {
    let pings: Vec<_> = Codec::ALL.iter().map(|codec| codec.ping()).collect();
    assert_eq!(pings, [None, None, Some(&b"{}"[..]), Some(&b"\0"[..])]);
}

#[test]
fn close_frames_follow_each_generation() {
    let json = |reason: &str, reconnect: bool| {
        format!(r#"{{"reason":"{reason}","reconnect":{reconnect}}}"#)
    };
    for (close, v1, v1_reason, v2, v2_reason, reconnects) in [
        (Close::Shutdown, 3001, "shutdown", 3001, "shutdown", true),
        (
            Close::InvalidToken,
            3500,
            "invalid token",
            3500,
            "invalid token",
            false,
        ),
        (
            Close::BadRequest,
            3003,
            "bad request",
            3501,
            "bad request",
            false,
        ),
        (
            Close::ServerError,
            3004,
            "internal server error",
            3004,
            "internal server error",
            true,
        ),
        (
            Close::Expired,
            3005,
            "expired",
            3005,
            "connection expired",
            true,
        ),
        (
            Close::SubscriptionExpired,
            3006,
            "subscription expired",
            3006,
            "subscription expired",
            true,
        ),
        (Close::Stale, 3007, "stale", 3502, "stale", false),
        (Close::Slow, 3008, "slow", 3008, "slow", true),
        (Close::NoPong, 3009, "write error", 3012, "no pong", true),
        (
            Close::TooBig,
            1009,
            "message too big",
            1009,
            "message too big",
            false,
        ),
    ] {
        let frame = close.frame(Some(V1));
        assert_eq!(
            (frame.code, frame.reason),
            (v1, json(v1_reason, reconnects))
        );
        let frame = close.frame(Some(V2));
        assert_eq!((frame.code, frame.reason.as_str()), (v2, v2_reason));
        // The generation is not known yet: the code is for clients that read codes, JSON for the others.
        let frame = close.frame(None);
        assert_eq!(
            (frame.code, &frame.reason),
            (v2, &json(v1_reason, reconnects))
        );
        assert!(frame.reason.len() <= 123);
        assert_eq!(close.reconnects(), reconnects);
        // For clients of the second generation the range of the code is the advice.
        assert!(v2 < 3000 || (v2 < 3500) == reconnects);
    }
}

#[test]
fn advice_becomes_the_codes_of_the_table() {
    use TokenUse::{Connect, Refresh, SubRefresh, Subscribe};
    let error = Refusal::Error;
    let close = Refusal::Close;
    let try_again = error(ErrorCode::Internal);
    let expired = error(ErrorCode::TokenExpired);
    for (advice, operation, in_v1, in_v2) in [
        (
            Advice::TryAgain,
            Connect,
            close(Close::ServerError),
            try_again,
        ),
        (Advice::TryAgain, Refresh, try_again, try_again),
        (
            Advice::TryAgain,
            Subscribe,
            close(Close::ServerError),
            try_again,
        ),
        (Advice::TryAgain, SubRefresh, try_again, try_again),
        (Advice::GetNewToken, Connect, expired, expired),
        (
            Advice::GetNewToken,
            Refresh,
            close(Close::Expired),
            close(Close::Expired),
        ),
        (Advice::GetNewToken, Subscribe, expired, expired),
        (
            Advice::GetNewToken,
            SubRefresh,
            expired,
            Refusal::Unsubscribe(Unsubscribed::Expired, ErrorCode::Internal),
        ),
        (
            Advice::GiveUp,
            Connect,
            close(Close::InvalidToken),
            close(Close::InvalidToken),
        ),
        (
            Advice::GiveUp,
            Refresh,
            close(Close::InvalidToken),
            close(Close::InvalidToken),
        ),
        (
            Advice::GiveUp,
            Subscribe,
            error(ErrorCode::PermissionDenied),
            error(ErrorCode::PermissionDenied),
        ),
        (
            Advice::GiveUp,
            SubRefresh,
            close(Close::InvalidToken),
            close(Close::InvalidToken),
        ),
    ] {
        assert_eq!(Refusal::of(advice, operation, V1), in_v1, "{operation:?}");
        assert_eq!(Refusal::of(advice, operation, V2), in_v2, "{operation:?}");
    }
    assert_eq!(Refusal::no_token(Connect), close(Close::BadRequest));
    assert_eq!(Refusal::no_token(Refresh), close(Close::BadRequest));
    assert_eq!(
        Refusal::no_token(Subscribe),
        error(ErrorCode::PermissionDenied)
    );
    assert_eq!(Refusal::no_token(SubRefresh), error(ErrorCode::BadRequest));
}
