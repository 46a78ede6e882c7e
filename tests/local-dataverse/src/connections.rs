//! Connections: accepted, served until they end, and ended where a fault rule says so.

use std::io;
use std::net::TcpListener as StdListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::line::{Line, Traffic, Wire};
use crate::router;
use crate::state::State;

/// A connection on which nothing comes for so long is closed: longer than clients keep theirs, so that they close first.
const IDLE: Duration = Duration::from_secs(180);
/// A handshake that takes longer is given up.
const HANDSHAKE: Duration = Duration::from_secs(30);
const HANDSHAKE_RECORD: u8 = 0x16;
/// The most bytes that the head of a request has, and that a connection keeps to be written.
const BUFFER: usize = 1024 * 1024;
/// After a failed accept(): out of file handles, for example. Trying again at once would take a processor for itself.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(20);

/// How many connections there are and were.
#[derive(Debug, Default)]
pub struct Connections {
    open: AtomicU64,
    accepted: AtomicU64,
    traffic: Arc<Traffic>,
}

impl Connections {
    /// The connections that are open.
    pub fn open(&self) -> u64 {
        self.open.load(Ordering::Relaxed)
    }

    /// All connections since the start.
    pub fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }

    /// What came and went on all of them.
    pub fn traffic(&self) -> &Arc<Traffic> {
        &self.traffic
    }
}

/// Counts a connection for as long as it is open.
struct Counted(Arc<State>);

impl Counted {
    fn new(state: Arc<State>) -> Self {
        state.connections.open.fetch_add(1, Ordering::Relaxed);
        state.connections.accepted.fetch_add(1, Ordering::Relaxed);
        Self(state)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.connections.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Accepts connections and serves each of them in a task of its own.
pub async fn accept(listener: StdListener, state: Arc<State>) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    loop {
        match listener.accept().await {
            Ok((socket, _)) => drop(tokio::spawn(serve(socket, state.clone()))),
            // It concerns one connection; only the end of the server ends this.
            Err(_) => tokio::time::sleep(PAUSE_AFTER_FAILURE).await,
        }
    }
}

async fn serve(socket: TcpStream, state: Arc<State>) {
    let _counted = Counted::new(state.clone());
    let _ = socket.set_nodelay(true);
    let line = Line::new();
    let traffic = state.connections.traffic().clone();
    let Some(tls) = state.tls.clone() else {
        return exchange(Wire::new(socket, line.clone(), traffic), line, state).await;
    };
    let shaken = tokio::time::timeout(HANDSHAKE, async {
        // The first byte of every TLS connection is that of a handshake record.
        let mut first = [0];
        if socket.peek(&mut first).await? == 1 && first != [HANDSHAKE_RECORD] {
            return refuse_plain(socket).await;
        }
        tls.acceptor.accept(Wire::new(socket, line.clone(), traffic)).await.map(Some)
    });
    if let Ok(Ok(Some(stream))) = shaken.await {
        exchange(stream, line, state).await;
    }
}

/// Tells a client that speaks plain HTTP what is wrong.
async fn refuse_plain<T>(mut socket: TcpStream) -> io::Result<Option<T>> {
    let text = "This port speaks HTTPS: the address starts with https://.\n";
    let reply = format!(
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
        text.len()
    );
    // Unread data would turn the end of the connection into a reset, and that could overtake the reply.
    let _count = socket.read(&mut [0; 65536]).await?;
    socket.write_all(reply.as_bytes()).await?;
    Ok(None)
}

/// Answers requests until either side ends the connection.
async fn exchange(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, line: Arc<Line>, state: Arc<State>) {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(IDLE).max_buf_size(BUFFER);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(BUFFER as u32)
        // The next piece of a body is taken in when all of the one before is on its way: bodies that break off rely on that.
        .max_send_buf_size(1)
        .keep_alive_interval(IDLE)
        .keep_alive_timeout(IDLE);
    let ended = line.clone();
    let service = service_fn(move |request| router::handle(state.clone(), line.clone(), request));
    // An error here is a client that went away, or a fault that somebody asked for.
    tokio::select! {
        _ = builder.serve_connection(TokioIo::new(stream), service) => {}
        () = ended.ended() => {}
        () = unused(&ended) => {}
    }
}

/// Waits for the end of the time within which a first request has to come. Then hyper looks after the connection.
async fn unused(line: &Line) {
    tokio::time::sleep(IDLE).await;
    if line.is_used() {
        std::future::pending().await
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{DuplexStream, duplex};
    use tokio::time::Instant;

    use super::*;
    use crate::options::Options;

    /// The client's end of a connection. Time passes at once where everybody waits.
    fn connected() -> DuplexStream {
        let state = Arc::new(State::new(Options::default(), "http://127.0.0.1:1".into(), None));
        let (client, server) = duplex(65536);
        tokio::spawn(exchange(server, Line::new(), state));
        client
    }

    async fn all_of(mut client: DuplexStream) -> String {
        let mut all = String::new();
        client.read_to_string(&mut all).await.unwrap();
        all
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_on_which_nothing_comes_is_closed_after_a_while() {
        for text in ["", "GET /_local/status HTTP/1.1\r\nHos"] {
            let (mut client, started) = (connected(), Instant::now());
            client.write_all(text.as_bytes()).await.unwrap();
            let reply = all_of(client).await;
            assert!(reply.is_empty() || reply.starts_with("HTTP/1.1 408"), "{reply}");
            assert!((IDLE..IDLE * 2).contains(&started.elapsed()), "{text}: {:?}", started.elapsed());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_was_used_is_closed_too_when_it_is_used_no_longer() {
        let (mut client, started) = (connected(), Instant::now());
        client.write_all(b"GET /_local/nothing HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        assert!(all_of(client).await.starts_with("HTTP/1.1 404"));
        assert!((IDLE..IDLE * 2).contains(&started.elapsed()), "{:?}", started.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_arrive_is_given_up() {
        let mut client = connected();
        client.write_all(b"POST /_local/reset HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n{").await.unwrap();
        let reply = all_of(client).await;
        assert!(reply.starts_with("HTTP/1.1 408") && reply.contains("did not arrive within 180 seconds"), "{reply}");
    }
}
