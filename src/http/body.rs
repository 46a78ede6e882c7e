//! Reads the body of a reply: unpacks it, and stops where it is larger, or was packed tighter, than is allowed.

use std::cell::Cell;
use std::io::{self, BufReader, Read};
use std::rc::Rc;

use brotli_decompressor::{BrotliDecoderParameter, Decompressor};
use flate2::bufread::MultiGzDecoder;

use super::Limits;

/// The encodings that are asked for.
pub(super) const ACCEPTED: &str = "gzip, br, zstd";

/// So much may come out of however little: small bodies are often packed very tightly.
const FREE_OF_RATIO: u64 = 1024 * 1024;

/// The largest window of zstd that a client of HTTP need accept (RFC 9659): 8 MiB.
const ZSTD_WINDOW_LOG: u32 = 23;

const CHUNK: usize = 64 * 1024;

/// Why a body was not read.
#[derive(Debug)]
pub(crate) enum Unread {
    /// The connection failed.
    Broken(io::Error),
    /// The packed data are damaged, or end before their end.
    Damaged(String),
    /// It is beyond a limit, or packed in a way that was not asked for: another try would bring the same.
    Refused(String),
}

/// Reads a body to its end. `encodings` is the reply's `Content-Encoding`.
pub(crate) fn read(encodings: &str, packed: impl Read, limits: &Limits) -> Result<Vec<u8>, Unread> {
    let seen = Seen::default();
    let counted = BufReader::with_capacity(CHUNK, Counted { inner: packed, seen: seen.clone() });
    let unreadable = |error: io::Error| Unread::Damaged(error.to_string());
    match encodings.trim().to_ascii_lowercase().as_str() {
        "" | "identity" => collect(counted, &seen, None, limits),
        name @ ("gzip" | "x-gzip") => collect(MultiGzDecoder::new(counted), &seen, Some(name), limits),
        name @ "br" => {
            let mut decoder = Decompressor::new(counted, CHUNK);
            // Larger windows than the format of the web has could take a gigabyte.
            decoder.set_parameter(BrotliDecoderParameter::BROTLI_DECODER_PARAM_LARGE_WINDOW, 0);
            collect(decoder, &seen, Some(name), limits)
        }
        name @ "zstd" => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(counted).map_err(unreadable)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG).map_err(unreadable)?;
            collect(decoder, &seen, Some(name), limits)
        }
        other => Err(Unread::Refused(format!("it is encoded as '{}', which was not asked for", other.escape_debug()))),
    }
}

fn collect(mut from: impl Read, seen: &Seen, packed_as: Option<&str>, limits: &Limits) -> Result<Vec<u8>, Unread> {
    let mut body = Vec::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        let count = match from.read(&mut chunk) {
            Ok(0) => return Ok(body),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) if seen.failed.get() || packed_as.is_none() => return Err(Unread::Broken(error)),
            Err(error) => {
                let format = packed_as.unwrap_or_default();
                return Err(Unread::Damaged(format!("its {format} data are damaged ({error})")));
            }
        };
        body.extend_from_slice(&chunk[..count]);
        let size = body.len() as u64;
        if size > limits.max_body {
            return Err(Unread::Refused(format!("it is larger than {} bytes (max_body_bytes)", limits.max_body)));
        }
        if packed_as.is_some() && size > FREE_OF_RATIO && size / limits.max_ratio > seen.bytes.get().max(1) {
            return Err(Unread::Refused(format!(
                "it unpacks to more than {} times its size (max_decompression_ratio)",
                limits.max_ratio
            )));
        }
    }
}

/// What came from the network, seen from behind the decoder.
#[derive(Clone, Default)]
struct Seen {
    bytes: Rc<Cell<u64>>,
    failed: Rc<Cell<bool>>,
}

struct Counted<R> {
    inner: R,
    seen: Seen,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer);
        match &read {
            Ok(count) => self.seen.bytes.set(self.seen.bytes.get() + *count as u64),
            Err(error) if error.kind() != io::ErrorKind::Interrupted => self.seen.failed.set(true),
            Err(_) => {}
        }
        read
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn gzip(body: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(body: &[u8]) -> Vec<u8> {
        zstd::stream::encode_all(body, 19).unwrap()
    }

    /// `{"value":[]}` by brotli: an uncompressed meta-block of 12 bytes and the last, empty one.
    const BROTLI: &[u8] = b"\x21\x2c\x00\x04{\"value\":[]}\x03";

    fn limits() -> Limits {
        Limits { max_body: 8 * 1024 * 1024, ..Limits::default() }
    }

    fn refusal(encoding: &str, packed: &[u8], limits: &Limits) -> String {
        match read(encoding, packed, limits) {
            Err(Unread::Refused(why)) => why,
            other => panic!("not refused: {:?}", other.map(|body| body.len())),
        }
    }

    #[test]
    fn each_encoding_is_unpacked() {
        let body = br#"{"value":[]}"#;
        let two_members = [gzip(&body[..5]), gzip(&body[5..])].concat();
        for (encoding, packed) in [
            ("", body.to_vec()),
            ("identity", body.to_vec()),
            (" GZip ", gzip(body)),
            ("gzip", two_members),
            ("zstd", zstd(body)),
            ("br", BROTLI.to_vec()),
        ] {
            assert_eq!(read(encoding, &packed[..], &limits()).unwrap(), body, "{encoding}");
        }
    }

    #[test]
    fn an_encoding_that_was_not_asked_for_is_refused() {
        for encoding in ["deflate", "gzip, gzip", "br\r\nx"] {
            assert!(refusal(encoding, b"x", &limits()).contains("not asked for"), "{encoding}");
        }
    }

    #[test]
    fn a_body_over_the_limit_is_not_read_on() {
        /// Without an end.
        struct Endless(u64);
        impl Read for Endless {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                self.0 += buffer.len() as u64;
                buffer.fill(b' ');
                Ok(buffer.len())
            }
        }
        let mut endless = Endless(0);
        assert!(
            matches!(read("", &mut endless, &limits()), Err(Unread::Refused(why)) if why.contains("8388608 bytes"))
        );
        assert!(endless.0 <= limits().max_body + 2 * CHUNK as u64, "{}", endless.0);
    }

    #[test]
    fn a_body_that_is_packed_too_tightly_is_refused_before_the_limit_of_its_size() {
        let bomb = vec![b' '; 7 * 1024 * 1024];
        let wide = Limits { max_ratio: 100, ..limits() };
        for (encoding, packed) in [("gzip", gzip(&bomb)), ("zstd", zstd(&bomb))] {
            assert!(refusal(encoding, &packed, &wide).contains("100 times"), "{encoding}");
        }
        // A gzip inside of a gzip is data to the outer one; zstd packs spaces tighter than a thousand to one.
        assert!(refusal("zstd", &zstd(&bomb), &limits()).contains("1000 times"));
        // Small ones may be packed as tightly as they like.
        let small = vec![b' '; 1024 * 1024];
        assert_eq!(read("zstd", &zstd(&small)[..], &wide).unwrap().len(), small.len());
    }

    #[test]
    fn a_window_that_would_take_much_memory_is_refused() {
        let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
        encoder.window_log(27).unwrap();
        encoder.long_distance_matching(true).unwrap();
        encoder.write_all(&vec![7; 1000]).unwrap();
        encoder.flush().unwrap();
        let packed = encoder.finish().unwrap();
        assert!(matches!(read("zstd", &packed[..], &limits()), Err(Unread::Damaged(why)) if why.contains("zstd")));
        // The large window of brotli: 0x11 announces it, a plain decoder knows no such size.
        assert!(matches!(read("br", &b"\x11\x3f\x00\x00\x00"[..], &limits()), Err(Unread::Damaged(_))));
    }

    #[test]
    fn damaged_and_cut_data_are_told_from_a_broken_connection() {
        let body = br#"{"value":["some text that is long enough to be cut"]}"#;
        for (encoding, packed) in [("gzip", gzip(body)), ("zstd", zstd(body)), ("br", BROTLI.to_vec())] {
            let cut = &packed[..packed.len() - 3];
            assert!(matches!(read(encoding, cut, &limits()), Err(Unread::Damaged(_))), "{encoding} cut");
            assert!(matches!(read(encoding, &b"no such data"[..], &limits()), Err(Unread::Damaged(_))), "{encoding}");

            struct Reset;
            impl Read for Reset {
                fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                    Err(io::ErrorKind::ConnectionReset.into())
                }
            }
            assert!(matches!(read(encoding, cut.chain(Reset), &limits()), Err(Unread::Broken(_))), "{encoding} reset");
        }
    }
}
