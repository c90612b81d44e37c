//! Every message of the protocol in each of the four codecs, against bytes that are written
//! here by hand: neither prost nor the encoder's own tables have a say in what is expected.

mod bytes;
mod read;
mod told;
mod written;
