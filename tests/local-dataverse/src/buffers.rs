//! Buffers for the bodies of large replies, used again and again. Memory that is new to a process is had from the operating system
//! page by page, which costs more than what is written into it.

use std::sync::Arc;

use bytes::Bytes;
use parking_lot::Mutex;

/// A smaller buffer is as well had anew.
const SMALLEST: usize = 256 * 1024;
/// What is larger than any page of a list is not worth its room.
const LARGEST: usize = 96 * 1024 * 1024;
/// So many are kept: as many as there are replies in the making, mostly.
const MOST: usize = 4;

/// Buffers that wait for the next reply.
#[derive(Clone, Debug, Default)]
pub struct Buffers(Arc<Mutex<Vec<Vec<u8>>>>);

/// The bytes of a reply; their buffer goes back when the last of them is sent.
struct Lent {
    bytes: Vec<u8>,
    home: Buffers,
}

impl Buffers {
    /// An empty buffer.
    pub fn take(&self) -> Vec<u8> {
        self.0.lock().pop().unwrap_or_else(|| Vec::with_capacity(4096))
    }

    /// The bytes of a buffer, which comes back when they are no longer needed.
    pub fn lend(&self, bytes: Vec<u8>) -> Bytes {
        if bytes.capacity() < SMALLEST {
            return bytes.into();
        }
        if bytes.len() < SMALLEST {
            // A small reply must not take a large buffer along on its slow way to a client.
            let small = Bytes::copy_from_slice(&bytes);
            self.put(bytes);
            return small;
        }
        Bytes::from_owner(Lent { bytes, home: self.clone() })
    }

    fn put(&self, mut bytes: Vec<u8>) {
        if (SMALLEST..=LARGEST).contains(&bytes.capacity()) {
            bytes.clear();
            let mut kept = self.0.lock();
            if kept.len() < MOST {
                kept.push(bytes);
            }
        }
    }
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        self.home.put(std::mem::take(&mut self.bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(buffers: &Buffers, length: usize) -> Bytes {
        let mut buffer = buffers.take();
        assert!(buffer.is_empty());
        buffer.resize(length, b'x');
        buffers.lend(buffer)
    }

    #[test]
    fn a_buffer_comes_back_when_all_of_its_bytes_are_sent() {
        let buffers = Buffers::default();
        let bytes = filled(&buffers, SMALLEST);
        let (place, rest) = (bytes.as_ptr(), bytes.slice(SMALLEST - 1..));
        drop(bytes);
        assert_eq!((rest.as_ref(), buffers.0.lock().len()), (b"x".as_slice(), 0));
        drop(rest);
        assert_eq!(filled(&buffers, SMALLEST).as_ptr(), place);
    }

    #[test]
    fn a_small_reply_does_not_hold_a_large_buffer() {
        let buffers = Buffers::default();
        drop(filled(&buffers, SMALLEST));
        let small = filled(&buffers, 10);
        assert_eq!((small.len(), buffers.0.lock().len()), (10, 1));
    }

    #[test]
    fn no_more_buffers_are_kept_than_are_of_use() {
        let buffers = Buffers::default();
        let replies: Vec<Bytes> = (0..2 * MOST).map(|_| filled(&buffers, SMALLEST)).collect();
        drop(replies);
        assert_eq!(buffers.0.lock().len(), MOST);
        drop(filled(&Buffers::default(), 10));
        let buffers = Buffers::default();
        drop((filled(&buffers, LARGEST + 1), filled(&buffers, 10)));
        assert_eq!(buffers.0.lock().len(), 0);
    }
}
