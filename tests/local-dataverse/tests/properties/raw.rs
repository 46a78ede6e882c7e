//! Requests as bytes over a socket: what no well-behaved client library would send.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// No reply takes so long; what does hangs.
const PATIENCE: Duration = Duration::from_secs(10);

/// What came back.
#[derive(Debug)]
pub struct Raw {
    /// None where the connection was closed without a reply.
    pub status: Option<u16>,
    /// The lines of the head.
    pub head: String,
    pub body: Vec<u8>,
}

impl Raw {
    /// The value of a header; empty where it is not there.
    pub fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }
}

/// Sends bytes and reads until the server closes the connection. The error says that the server did not answer in time.
pub fn exchange(server: SocketAddr, request: &[u8]) -> Result<Raw, String> {
    let mut stream = TcpStream::connect(server).map_err(|error| format!("no connection: {error}"))?;
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // A server that has seen enough may close before all is sent.
    let sent = stream.write_all(request);
    let mut reply = Vec::new();
    match stream.read_to_end(&mut reply) {
        Ok(_) => {}
        Err(error) if sent.is_err() || error.kind() == std::io::ErrorKind::ConnectionReset => {}
        Err(error) => return Err(format!("no end of the reply after {PATIENCE:?}: {error}; so far {reply:?}")),
    }
    let split = reply.windows(4).position(|end| end == b"\r\n\r\n");
    let (head, body) = reply.split_at(split.map_or(reply.len(), |place| place + 4));
    let head = String::from_utf8_lossy(head).into_owned();
    let status = head.strip_prefix("HTTP/1.1 ").and_then(|head| head.get(..3)).and_then(|digits| digits.parse().ok());
    Ok(Raw { status, head, body: body.to_vec() })
}
