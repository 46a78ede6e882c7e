//! Compression of replies, as the client accepts it.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::write::GzEncoder;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, VARY};
use http::{HeaderMap, HeaderValue};

use crate::reply::Reply;

/// Shorter bodies are sent as they are: what is saved would not be worth the work.
const SHORTEST: usize = 1024;
/// The levels are those that save the most for the time they take: most of the way down, and fast enough for a wire.
const ZSTD_LEVEL: i32 = 1;
const GZIP_LEVEL: u32 = 1;
const BROTLI_QUALITY: u32 = 1;
const BROTLI_WINDOW: u32 = 20;
const BROTLI_BUFFER: usize = 64 * 1024;

/// A way to compress. Where a client likes several alike, the first of these is taken: the fastest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Zstd,
    Brotli,
    Gzip,
}

impl Coding {
    const ALL: [Self; 3] = [Self::Zstd, Self::Brotli, Self::Gzip];

    fn name(self) -> &'static str {
        match self {
            Self::Zstd => "zstd",
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    fn compress(self, data: &[u8]) -> io::Result<Vec<u8>> {
        match self {
            Self::Zstd => zstd::bulk::compress(data, ZSTD_LEVEL),
            Self::Brotli => {
                let mut writer =
                    brotli::CompressorWriter::new(Vec::new(), BROTLI_BUFFER, BROTLI_QUALITY, BROTLI_WINDOW);
                writer.write_all(data)?;
                Ok(writer.into_inner())
            }
            Self::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::new(GZIP_LEVEL));
                encoder.write_all(data)?;
                encoder.finish()
            }
        }
    }
}

/// The reply, compressed where the client accepts that and it is worth it.
pub fn fit(mut reply: Reply, request: &HeaderMap) -> Reply {
    if reply.body.len() < SHORTEST || !reply.has_body() || reply.headers.contains_key(CONTENT_ENCODING) {
        return reply;
    }
    // Also where it stays as it is: with another request it might not.
    reply.headers.append(VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Some(coding) = accepted(request)
        && let Ok(body) = coding.compress(&reply.body)
    {
        reply.body = Bytes::from(body);
        reply.headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
    }
    reply
}

/// The coding that the client likes best; none where it likes the body as it is at least as much.
fn accepted(request: &HeaderMap) -> Option<Coding> {
    let mut listed = Vec::new();
    for value in request.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok()) {
        listed.extend(value.split(',').filter_map(weighed));
    }
    let named = |name: &str| listed.iter().find(|(known, _)| known == name).map(|(_, weight)| *weight);
    // What is not named is refused, but for the body as it is, which is merely liked least.
    let weight = |coding: Coding| named(coding.name()).or(named("*")).unwrap_or(0);
    let best = Coding::ALL.into_iter().rev().max_by_key(|coding| weight(*coding));
    best.filter(|coding| weight(*coding) > named("identity").unwrap_or(0))
}

/// An item such as `gzip;q=0.8`: the name, and the weight in thousandths. One that can't be read counts as not there.
fn weighed(item: &str) -> Option<(String, u32)> {
    let mut parts = item.split(';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?.to_ascii_lowercase();
    let mut weight = 1000;
    for part in parts {
        if let Some(text) = part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")) {
            let number: f32 = text.parse().ok().filter(|number| (0.0..=1.0).contains(number))?;
            weight = (number * 1000.0).round() as u32;
        }
    }
    Some((name, weight))
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use http::StatusCode;

    use super::*;

    fn asking(accept: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::try_from(accept).unwrap());
        headers
    }

    #[test]
    fn the_coding_that_is_liked_best_is_taken() {
        for (accept, expected) in [
            ("", None),
            ("gzip", Some(Coding::Gzip)),
            ("GZIP ; Q=0.5", Some(Coding::Gzip)),
            ("gzip, deflate, br, zstd", Some(Coding::Zstd)),
            ("gzip;q=1.0, br;q=0.9", Some(Coding::Gzip)),
            ("br;q=0.001", Some(Coding::Brotli)),
            ("*", Some(Coding::Zstd)),
            ("*;q=0.5, zstd;q=0", Some(Coding::Brotli)),
            ("gzip;q=0", None),
            ("identity, gzip;q=0.5", None),
            ("identity;q=0.5, gzip;q=0.6", Some(Coding::Gzip)),
            ("identity;q=0.5, gzip;q=0.5", None),
            ("identity;q=0, gzip;q=0.1", Some(Coding::Gzip)),
            ("deflate", None),
            ("gzip;q=x", None),
            ("gzip;q=2", None),
        ] {
            assert_eq!(accepted(&asking(accept)), expected, "{accept}");
        }
        assert_eq!(accepted(&HeaderMap::new()), None);
    }

    #[test]
    fn what_was_compressed_is_what_comes_out() {
        let text = r#"{"fullname":"Adele Example"},"#.repeat(5000);
        type Reader<'d> = Box<dyn Read + 'd>;
        for (name, decoder) in [
            ("gzip", (|data| Box::new(flate2::read::GzDecoder::new(data))) as fn(&[u8]) -> Reader<'_>),
            ("br", |data| Box::new(brotli::Decompressor::new(data, 4096))),
            ("zstd", |data| Box::new(zstd::Decoder::new(data).unwrap())),
        ] {
            let reply = fit(Reply::with_body(StatusCode::OK, "text/plain", text.clone()), &asking(name));
            assert_eq!(reply.headers[CONTENT_ENCODING], name);
            assert!(reply.body.len() < text.len() / 20, "{name}: {}", reply.body.len());
            assert_eq!(io::read_to_string(decoder(&reply.body)).unwrap(), text, "{name}");
        }
    }

    #[test]
    fn short_bodies_and_those_that_are_encoded_stay_as_they_are() {
        let short = fit(Reply::with_body(StatusCode::OK, "text/plain", "x".repeat(1023)), &asking("gzip"));
        assert!(!short.headers.contains_key(CONTENT_ENCODING) && !short.headers.contains_key(VARY));
        let mut encoded = Reply::with_body(StatusCode::OK, "text/plain", "x".repeat(5000));
        encoded.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        assert_eq!(fit(encoded, &asking("gzip")).body.len(), 5000);
        let unasked = fit(Reply::with_body(StatusCode::OK, "text/plain", "x".repeat(5000)), &HeaderMap::new());
        assert_eq!((unasked.body.len(), unasked.headers[VARY].to_str().unwrap()), (5000, "Accept-Encoding"));
    }
}
