//! The pages of a list.

use std::sync::mpsc::{Receiver, channel};

use reqwest::Method;
use url::Url;

use crate::client::Client;
use crate::error::{Error, Result, Status};
use crate::http::{Effect, Request, Response};
use crate::odata::{self, Batch, Column, Entity};
use crate::operation::guard;

/// The pages of a list, fetched one by one as they are asked for.
///
/// After an error there is nothing more.
pub struct Pages {
    client: Client,
    entity: &'static Entity,
    columns: Vec<Column>,
    next: Option<Next>,
    left: u64,
    about: String,
}

/// A page that was not read yet.
struct Next {
    url: Url,
    /// The reply to come, where the request was sent already.
    underway: Option<Receiver<Result<Response>>>,
}

impl Pages {
    /// The pages from `url` on, at most `first` rows of them. `about` names the list in errors.
    pub(crate) fn new(
        client: Client,
        entity: &'static Entity,
        columns: Vec<Column>,
        url: Url,
        first: Option<u64>,
        about: String,
    ) -> Self {
        let next = Some(Next { url, underway: None });
        Pages { client, entity, columns, next, left: first.unwrap_or(u64::MAX), about }
    }

    pub(crate) fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn fetch(&mut self, next: Next) -> Result<Batch> {
        let response = match next.underway {
            Some(reply) => reply
                .recv()
                .map_err(|_| Error::new(Status::Internal, "The thread that asked for a page is gone."))??,
            None => ask(&self.client, next.url)?,
        };
        if !response.is_success() {
            return Err(odata::to_error(&response, &self.about, Some(self.entity)));
        }
        let ahead = self.ask_ahead(&response);
        let limit = usize::try_from(self.left).unwrap_or(usize::MAX);
        let page = odata::read_page(&response, &self.columns, limit)?;
        self.left -= page.batch.rows() as u64;
        if let Some(next) = page.next.filter(|_| self.left > 0) {
            let url = self.client.own_link(&next, &self.about)?;
            self.next = Some(ahead.filter(|ahead| ahead.url == url).unwrap_or(Next { url, underway: None }));
        }
        Ok(page.batch)
    }

    /// Asks for the page after this reply's, where its rows are wanted whatever this one has.
    fn ask_ahead(&self, response: &Response) -> Option<Next> {
        if !self.client.asks_ahead() || self.left <= self.client.page_size().into() {
            return None;
        }
        let url = self.client.own_link(odata::likely_next(response)?, &self.about).ok()?;
        let ((client, asked), (tell, reply)) = ((self.client.clone(), url.clone()), channel());
        let ask = move || {
            let reply = guard(|| ask(&client, asked));
            drop(client);
            // Nobody takes it where the list is gone.
            let _ = tell.send(reply);
        };
        // Without a thread it is asked for later.
        self.client.threads().run(ask).ok()?;
        Some(Next { url, underway: Some(reply) })
    }
}

fn ask(client: &Client, url: Url) -> Result<Response> {
    let page_size = format!("odata.maxpagesize={}", client.page_size());
    client.send(Request::new(Method::GET, url, Effect::Read).header("prefer", &page_size))
}

impl Iterator for Pages {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.next.take()?;
        if self.left == 0 {
            return None;
        }
        Some(self.fetch(next))
    }
}
