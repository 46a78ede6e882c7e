//! Bodies that are small on the wire and large once they are decompressed.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

/// So many bytes are compressed at a time.
const PIECE: usize = 1024 * 1024;

/// So many bytes of white space, which JSON may begin with, as gzip has them: about a thousandth. Made piece by piece.
pub fn pieces(size: u64) -> impl Iterator<Item = Bytes> + Send {
    let mut left = size;
    let mut encoder = Some(GzEncoder::new(Vec::new(), Compression::fast()));
    std::iter::from_fn(move || {
        let mut current = encoder.take()?;
        let count = left.min(PIECE as u64);
        left -= count;
        // Writing into memory does not fail.
        let piece = compress(&mut current, count as usize).unwrap_or_default();
        if left > 0 {
            encoder = Some(current);
            return Some(piece);
        }
        let mut last = piece.to_vec();
        last.extend(current.finish().unwrap_or_default());
        Some(Bytes::from(last))
    })
}

/// What comes out for so many bytes more.
fn compress(encoder: &mut GzEncoder<Vec<u8>>, count: usize) -> io::Result<Bytes> {
    encoder.write_all(&vec![b' '; count])?;
    Ok(Bytes::from(std::mem::take(encoder.get_mut())))
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn it_is_small_and_decompresses_to_the_size_that_was_asked_for() {
        for size in [0, 1, PIECE as u64, 5 * PIECE as u64 + 3] {
            let wire: Vec<u8> = pieces(size).flatten().collect();
            assert!((wire.len() as u64) < 100 + size / 200, "{size} became {}", wire.len());
            let mut decoder = flate2::read::GzDecoder::new(&wire[..]);
            let mut text = String::new();
            decoder.read_to_string(&mut text).unwrap();
            assert!(text.len() as u64 == size && text.trim().is_empty());
        }
    }
}
