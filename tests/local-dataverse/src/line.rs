//! The line to a client: the connection's socket, and the ends that fault rules put to it.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};

/// A client that is told that the connection is over and does not close it has so much time to read what was sent.
const LINGER: Duration = Duration::from_secs(5);
/// Within this time a shared connection has sent what it was given, if the client reads.
const SHARED_FLUSH: Duration = Duration::from_millis(200);

/// How many bytes came and went on all connections, as they were on the wire.
#[derive(Debug, Default)]
pub struct Traffic {
    received: AtomicU64,
    sent: AtomicU64,
}

impl Traffic {
    /// The bytes that clients sent.
    pub fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    /// The bytes that the system took to send to clients.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::SeqCst)
    }

    /// Counts what is written. It is counted before, and what was not taken is taken back: a client that has read a reply finds it counted.
    fn count_sent(&self, length: usize, write: impl FnOnce() -> Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        self.sent.fetch_add(length as u64, Ordering::SeqCst);
        let written = write();
        let taken = if let Poll::Ready(Ok(count)) = &written { *count } else { 0 };
        self.sent.fetch_sub((length - taken) as u64, Ordering::SeqCst);
        written
    }
}

/// How a connection ends before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// In order (FIN): what was sent arrives first, whatever the client still sends meanwhile.
    Orderly,
    /// As when a program ends: closed at once, whatever has not been read of what the client sends.
    Closed,
    /// As when a machine goes down (RST): what the client has not received yet is lost.
    Reset,
}

/// What the handling of a request knows of the connection that it came on.
#[derive(Debug)]
pub struct Line {
    ended: Notify,
    ending: Mutex<Ending>,
    /// A request has come.
    used: AtomicBool,
    /// Several requests share it at a time (HTTP/2).
    shared: AtomicBool,
    /// The client does not read what is written.
    blocked: AtomicBool,
    /// Counts how often all that was written had gone to the system.
    flushes: watch::Sender<u64>,
}

impl Line {
    /// A line that just began.
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            ended: Notify::new(),
            ending: Mutex::new(Ending::Orderly),
            used: AtomicBool::new(false),
            shared: AtomicBool::new(false),
            blocked: AtomicBool::new(false),
            flushes: watch::Sender::new(0),
        })
    }

    /// Notes that a request has come, and whether others may share the connection with it.
    pub fn begin(&self, is_shared: bool) {
        self.used.store(true, Ordering::Relaxed);
        self.shared.store(is_shared, Ordering::Relaxed);
    }

    /// Whether a request has come.
    pub fn is_used(&self) -> bool {
        self.used.load(Ordering::Relaxed)
    }

    /// Ends the connection, whatever else is under way on it.
    pub fn end(&self, ending: Ending) {
        *self.ending.lock() = ending;
        self.ended.notify_one();
    }

    /// Waits for the end that somebody puts to the connection.
    pub async fn ended(&self) {
        self.ended.notified().await;
    }

    /// Waits until all that was handed to the connection before is on its way.
    pub async fn flushed(self: Arc<Self>) {
        if !self.shared.load(Ordering::Relaxed) {
            // It fails only where the sender is gone, and that is in `self`.
            let _ = self.flushes.subscribe().changed().await;
            return;
        }
        // Another task writes a shared connection: as soon as it gets a processor and the client reads.
        loop {
            tokio::time::sleep(SHARED_FLUSH).await;
            if !self.blocked.load(Ordering::Relaxed) {
                return;
            }
        }
    }
}

/// The socket of a connection.
#[derive(Debug)]
pub struct Wire {
    /// Only the drop takes it out.
    socket: Option<TcpStream>,
    line: Arc<Line>,
    traffic: Arc<Traffic>,
}

impl Wire {
    /// The socket as an end of the line.
    pub fn new(socket: TcpStream, line: Arc<Line>, traffic: Arc<Traffic>) -> Self {
        Self { socket: Some(socket), line, traffic }
    }

    fn socket(&mut self) -> io::Result<Pin<&mut TcpStream>> {
        self.socket.as_mut().map(Pin::new).ok_or_else(|| io::ErrorKind::NotConnected.into())
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        let Some(socket) = self.socket.take() else { return };
        match *self.line.ending.lock() {
            Ending::Closed => {}
            Ending::Reset => {
                // With no time to linger, the system resets the connection in place of closing it. Without that it is closed.
                let _ = socket.set_zero_linger();
            }
            Ending::Orderly => {
                if let Ok(runtime) = Handle::try_current() {
                    runtime.spawn(tokio::time::timeout(LINGER, linger(socket)));
                }
            }
        }
    }
}

/// Closes a connection for writing, and reads on until the client closes it too: the system answers data that nobody reads with a
/// reset, and that overtakes what was sent before.
async fn linger(mut socket: TcpStream) -> io::Result<()> {
    socket.shutdown().await?;
    let mut part = vec![0; 16 * 1024];
    while socket.read(&mut part).await? > 0 {}
    Ok(())
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = self.socket()?.poll_read(context, buffer);
        self.traffic.received.fetch_add((buffer.filled().len() - before) as u64, Ordering::Relaxed);
        read
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        let traffic = self.traffic.clone();
        let socket = self.socket()?;
        let written = traffic.count_sent(data.len(), || socket.poll_write(context, data));
        self.line.blocked.store(written.is_pending(), Ordering::Relaxed);
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let traffic = self.traffic.clone();
        let (socket, length) = (self.socket()?, slices.iter().map(|slice| slice.len()).sum());
        let written = traffic.count_sent(length, || socket.poll_write_vectored(context, slices));
        self.line.blocked.store(written.is_pending(), Ordering::Relaxed);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.as_ref().is_some_and(AsyncWrite::is_write_vectored)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = self.socket()?.poll_flush(context);
        if flushed.is_ready() {
            self.line.flushes.send_modify(|count| *count += 1);
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.socket()?.poll_shutdown(context)
    }
}
