//! Small damages to a request.

use proptest::prelude::*;

use super::request::Request;

/// What is put in place of bytes, or between them.
const PIECES: [&[u8]; 46] = [
    b"%",
    b"%zz",
    b"%00",
    b"%ff",
    b"%c3%28",
    b"%2527",
    b"%EF%BB%BF",
    b"'",
    b"''",
    b"\"",
    b"(",
    b")",
    b"((((((((",
    b"[",
    b"]",
    b"{",
    b"}",
    b"$",
    b"$filter=",
    b"$expand=",
    b"&",
    b"&&",
    b"=",
    b"?",
    b"#",
    b"/",
    b"//",
    b"/../",
    b"\\",
    b"null",
    b"true",
    b"-1",
    b"0",
    b"99999999999999999999",
    b"1e999",
    b"NaN",
    b",",
    b";",
    b":",
    b"*",
    b"\t",
    b"\xff\xfe",
    "\u{e9}".as_bytes(),
    "\u{202e}".as_bytes(),
    b"--b",
    b"\r\n",
];

/// The part of a request that is damaged.
#[derive(Clone, Debug)]
pub enum Place {
    Method,
    Target,
    HeaderName(usize),
    HeaderValue(usize),
    Body,
}

/// What happens there: places are parts of ten thousand of the whole.
#[derive(Clone, Debug)]
pub enum Mutation {
    Insert(usize, usize),
    Replace(usize, usize, usize),
    Remove(usize, usize),
    Repeat(usize, usize, usize),
    Swap(usize, usize),
}

/// Any damage to any part.
pub fn mutation() -> impl Strategy<Value = (Place, Mutation)> {
    let place = prop_oneof![
        1 => Just(Place::Method),
        10 => Just(Place::Target),
        1 => (0usize..4).prop_map(Place::HeaderName),
        4 => (0usize..4).prop_map(Place::HeaderValue),
        10 => Just(Place::Body),
    ];
    let (at, piece, short) = (0usize..10_000, 0usize..PIECES.len(), 1usize..9);
    let mutation = prop_oneof![
        4 => (at.clone(), piece.clone()).prop_map(|(at, piece)| Mutation::Insert(at, piece)),
        4 => (at.clone(), short.clone(), piece).prop_map(|(at, length, piece)| Mutation::Replace(at, length, piece)),
        4 => (at.clone(), short.clone()).prop_map(|(at, length)| Mutation::Remove(at, length)),
        2 => (at.clone(), short, prop_oneof![Just(2usize), Just(3000)]).prop_map(|(at, length, times)| Mutation::Repeat(at, length, times)),
        2 => (at.clone(), at).prop_map(|(one, other)| Mutation::Swap(one, other)),
    ];
    (place, mutation)
}

impl Mutation {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let length = bytes.len();
        let place = |at: &usize| at * (length + 1) / 10_000;
        let end = |start: usize, count: &usize| (start + count).min(length);
        match self {
            Mutation::Insert(at, piece) => {
                let at = place(at);
                bytes.splice(at..at, PIECES[*piece].iter().copied());
            }
            Mutation::Replace(at, count, piece) => {
                let at = place(at);
                bytes.splice(at..end(at, count), PIECES[*piece].iter().copied());
            }
            Mutation::Remove(at, count) => {
                let at = place(at);
                bytes.drain(at..end(at, count));
            }
            Mutation::Repeat(at, count, times) => {
                let at = place(at);
                let part = bytes[at..end(at, count)].repeat(*times);
                bytes.splice(at..at, part);
            }
            Mutation::Swap(one, other) if length > 0 => bytes.swap(one % length, other % length),
            Mutation::Swap(..) => {}
        }
    }
}

impl Request {
    /// Damages one part.
    pub fn mutate(&mut self, (place, mutation): &(Place, Mutation)) {
        let headers = self.headers.len();
        match place {
            Place::Method => mutation.apply(&mut self.method),
            Place::Target => mutation.apply(&mut self.target),
            Place::HeaderName(at) if headers > 0 => mutation.apply(&mut self.headers[at % headers].0),
            Place::HeaderValue(at) if headers > 0 => mutation.apply(&mut self.headers[at % headers].1),
            _ => mutation.apply(&mut self.body),
        }
    }
}
