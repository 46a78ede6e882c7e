//! The bodies of replies: whole, in pieces, slow, without an end, or broken off.

use std::convert::Infallible;
use std::fmt::{self, Debug, Formatter};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::line::{Ending, Line};

/// What a body does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// It sends these bytes.
    Send(Bytes),
    /// It waits so long; what was sent before is on its way meanwhile.
    Wait(Duration),
    /// It waits until all that was sent is on its way, and ends the connection.
    Break(Ending),
}

/// The steps of a body, made when their turn comes.
pub type Steps = Box<dyn Iterator<Item = Step> + Send>;

type Waiting = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The body of a reply.
pub enum ReplyBody {
    /// All of it at once.
    Whole(Option<Bytes>),
    /// Step by step.
    Stepwise(Stepwise),
}

/// A body that goes step by step. A client that goes away ends it, for hyper drops it then.
pub struct Stepwise {
    steps: Steps,
    line: Option<Arc<Line>>,
    waiting: Option<Waiting>,
    breaking: Option<Ending>,
}

impl ReplyBody {
    /// A body whose steps may end the connection.
    pub fn stepwise(steps: Steps, line: Arc<Line>) -> Self {
        Self::Stepwise(Stepwise { steps, line: Some(line), waiting: None, breaking: None })
    }

    /// A body that is made piece by piece.
    pub fn pieces(pieces: impl Iterator<Item = Bytes> + Send + 'static) -> Self {
        let steps = Box::new(pieces.map(Step::Send));
        Self::Stepwise(Stepwise { steps, line: None, waiting: None, breaking: None })
    }
}

impl Debug for ReplyBody {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(data) => formatter.debug_tuple("Whole").field(&data.as_ref().map(Bytes::len)).finish(),
            Self::Stepwise(_) => formatter.write_str("Stepwise"),
        }
    }
}

/// Why a body or a connection ends: a fault that somebody asked for.
#[derive(Debug)]
pub struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("the connection is closed because a fault rule says so")
    }
}

impl std::error::Error for Broken {}

impl From<Infallible> for Broken {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl Stepwise {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        loop {
            if let Some(waiting) = &mut self.waiting {
                ready!(waiting.as_mut().poll(context));
                self.waiting = None;
            }
            if let Some(ending) = self.breaking.take() {
                if let Some(line) = &self.line {
                    line.end(ending);
                }
                return Poll::Ready(Some(Err(Broken)));
            }
            match self.steps.next() {
                Some(Step::Send(data)) if data.is_empty() => {}
                Some(Step::Send(data)) => return Poll::Ready(Some(Ok(Frame::data(data)))),
                Some(Step::Wait(time)) => self.waiting = Some(Box::pin(tokio::time::sleep(time))),
                Some(Step::Break(ending)) => {
                    self.breaking = Some(ending);
                    self.waiting = self.line.clone().map(|line| -> Waiting { Box::pin(line.flushed()) });
                }
                None => return Poll::Ready(None),
            }
        }
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        match &mut *self {
            Self::Whole(data) => Poll::Ready(data.take().map(|data| Ok(Frame::data(data)))),
            Self::Stepwise(stepwise) => stepwise.poll(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(None))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(data) => SizeHint::with_exact(data.as_ref().map_or(0, Bytes::len) as u64),
            Self::Stepwise(_) => SizeHint::default(),
        }
    }
}
