//! A client at the level of bytes: it sees how a connection ends.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use local_dataverse::{Server, seed};

use crate::client::Fixture;

/// A wait that takes longer fails the test.
const LIMIT: Duration = Duration::from_secs(30);

/// A connection with a server.
pub struct Wire {
    stream: TcpStream,
    /// What came and was not looked at yet.
    pub received: Vec<u8>,
}

/// How a connection ended.
#[derive(Debug, PartialEq, Eq)]
pub enum End {
    Closed,
    Reset,
}

impl Wire {
    pub fn connect(server: &Server) -> Self {
        let stream = TcpStream::connect(server.address()).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        Self { stream, received: Vec::new() }
    }

    pub fn send(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).unwrap();
    }

    /// Waits for more; the count is 0 where the server closed the connection.
    pub fn receive(&mut self) -> io::Result<usize> {
        let mut part = [0; 65536];
        let count = self.stream.read(&mut part)?;
        self.received.extend_from_slice(&part[..count]);
        Ok(count)
    }

    /// Receives until the connection ends.
    pub fn until_the_end(&mut self) -> End {
        loop {
            match self.receive() {
                Ok(0) => return End::Closed,
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return End::Reset,
                Err(error) => panic!("{error} after {:?}", String::from_utf8_lossy(&self.received)),
            }
        }
    }

    /// Whether nothing comes for so long.
    pub fn is_silent_for(&mut self, time: Duration) -> bool {
        self.stream.set_read_timeout(Some(time)).unwrap();
        let received = self.receive();
        self.stream.set_read_timeout(Some(LIMIT)).unwrap();
        received.is_err_and(|error| matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut))
    }

    /// Receives the head of a reply and takes it out.
    pub fn head(&mut self) -> String {
        loop {
            if let Some(end) = self.received.windows(4).position(|four| four == b"\r\n\r\n") {
                let rest = self.received.split_off(end + 4);
                let head = std::mem::replace(&mut self.received, rest);
                return String::from_utf8(head).unwrap();
            }
            assert!(self.receive().unwrap() > 0, "the connection ended in the head of the reply");
        }
    }

    /// Receives until so many bytes are there.
    pub fn at_least(&mut self, count: usize) {
        while self.received.len() < count {
            assert!(self.receive().unwrap() > 0, "the connection ended after {} bytes", self.received.len());
        }
    }
}

/// The value of a header in the head of a reply.
pub fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    head.lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

/// The length that the head of a reply promises.
pub fn promised(head: &str) -> usize {
    header(head, "content-length").unwrap().parse().unwrap()
}

/// A request of HTTP/1.1 with a token, as text.
pub fn request(fixture: &Fixture, method: &str, path: &str, body: Option<&str>) -> String {
    let token = fixture.token_of(seed::CLIENT_ID);
    let content = body
        .map_or(String::new(), |body| format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()));
    format!(
        "{method} /api/data/v9.2/{path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n{content}\r\n{}",
        fixture.server.address(),
        body.unwrap_or_default()
    )
}

/// Waits until something is so.
pub fn until(what: &str, is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < LIMIT, "it never came to this: {what}");
        std::thread::yield_now();
    }
}
