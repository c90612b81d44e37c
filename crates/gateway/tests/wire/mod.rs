//! Every message of the protocol in each of the four codecs, against bytes that are written
//! here by hand: what is expected comes neither from prost nor from the encoder's own tables.

mod bytes;
mod read;
mod told;
mod written;
