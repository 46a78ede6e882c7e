//! The line to a client: the connection's socket, and the ends that fault rules put to it.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{Notify, watch};

/// Within this time a shared connection has sent what it was given.
const SHARED_FLUSH: Duration = Duration::from_millis(100);

/// How a connection ends before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// As a program that closes its socket does it (FIN).
    Orderly,
    /// As a program or a machine that went down does it (RST).
    Reset,
}

/// What the handling of a request knows of the connection that it came on.
#[derive(Debug)]
pub struct Line {
    ended: Notify,
    reset: AtomicBool,
    /// Several requests share it at a time (HTTP/2).
    shared: AtomicBool,
    /// Counts how often all that was written had gone to the system.
    flushes: watch::Sender<u64>,
}

impl Line {
    /// A line that just began.
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            ended: Notify::new(),
            reset: AtomicBool::new(false),
            shared: AtomicBool::new(false),
            flushes: watch::Sender::new(0),
        })
    }

    /// Notes that several requests share it.
    pub fn share(&self) {
        self.shared.store(true, Ordering::Relaxed);
    }

    /// Ends the connection, whatever else is under way on it.
    pub fn end(&self, ending: Ending) {
        self.reset.store(ending == Ending::Reset, Ordering::Release);
        self.ended.notify_one();
    }

    /// Waits for the end that somebody puts to the connection.
    pub async fn ended(&self) {
        self.ended.notified().await;
    }

    /// Waits until all that was handed to the connection before is on its way.
    pub async fn flushed(self: Arc<Self>) {
        let mut flushes = self.flushes.subscribe();
        if self.shared.load(Ordering::Relaxed) {
            // Another task writes a shared connection, at once; it may have done so already, and then there is nothing to wait for.
            let _ = tokio::time::timeout(SHARED_FLUSH, flushes.changed()).await;
        } else {
            // It fails only where the sender is gone, and that is in `self`.
            let _ = flushes.changed().await;
        }
    }
}

/// The socket of a connection.
#[derive(Debug)]
pub struct Wire {
    socket: TcpStream,
    line: Arc<Line>,
}

impl Wire {
    /// The socket as an end of the line.
    pub fn new(socket: TcpStream, line: Arc<Line>) -> Self {
        Self { socket, line }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.line.reset.load(Ordering::Acquire) {
            // With no time to linger, the system resets the connection in place of closing it. Without that it is closed.
            let _ = self.socket.set_zero_linger();
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(context, data)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.socket).poll_flush(context);
        if flushed.is_ready() {
            self.line.flushes.send_modify(|count| *count += 1);
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}
