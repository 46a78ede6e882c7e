//! The text of a batch: parts between boundaries, each an HTTP request or a changeset of them.

use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use uuid::Uuid;

use super::malformed;
use crate::odata::ApiResult;
use crate::reply::Reply;

/// A request within a batch.
#[derive(Clone, Debug)]
pub struct Inner {
    /// Its method.
    pub method: Method,
    /// Its address, as written.
    pub target: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
    /// What other requests call it, and its reply.
    pub content_id: Option<String>,
}

/// A part of a batch.
#[derive(Clone, Debug)]
pub enum Part {
    /// One request.
    One(Inner),
    /// Requests that succeed or fail together.
    Changeset(Vec<Inner>),
}

impl Part {
    /// How many requests it has.
    pub fn requests(&self) -> usize {
        match self {
            Part::One(_) => 1,
            Part::Changeset(inners) => inners.len(),
        }
    }
}

/// The boundary of a `multipart/mixed; boundary=...`.
pub fn boundary(content_type: &str) -> Option<String> {
    let mut items = content_type.split(';').map(str::trim);
    if !items.next()?.eq_ignore_ascii_case("multipart/mixed") {
        return None;
    }
    let value = items.find_map(|item| {
        let (name, value) = item.split_once('=')?;
        name.trim().eq_ignore_ascii_case("boundary").then(|| value.trim().trim_matches('"').to_owned())
    })?;
    (!value.is_empty() && value.len() <= 200).then_some(value)
}

/// The parts of a batch.
pub fn parse(body: &[u8], boundary: &str) -> ApiResult<Vec<Part>> {
    let text = std::str::from_utf8(body).map_err(|_| malformed("it is not UTF-8"))?;
    sections(text, boundary)?.into_iter().map(part).collect()
}

fn part(text: &str) -> ApiResult<Part> {
    let (headers, content) = headers_and_rest(text)?;
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if let Some(inner) = boundary(content_type) {
        let requests = sections(content, &inner)?.into_iter().map(|text| {
            let (headers, content) = headers_and_rest(text)?;
            request(&headers, content)
        });
        return Ok(Part::Changeset(requests.collect::<ApiResult<_>>()?));
    }
    request(&headers, content).map(Part::One)
}

fn request(part: &HeaderMap, content: &str) -> ApiResult<Inner> {
    let text = |name: &str| part.get(name).and_then(|value| value.to_str().ok());
    let kind = text("content-type").unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/http") {
        return Err(malformed("a part is neither application/http nor a changeset"));
    }
    if let Some(encoding) =
        text("content-transfer-encoding").filter(|encoding| !encoding.eq_ignore_ascii_case("binary"))
    {
        return Err(malformed(format!("the Content-Transfer-Encoding of a part is binary, not '{encoding}'")));
    }
    let content = content.trim_start_matches(['\r', '\n']);
    let (line, rest) = content.split_once('\n').unwrap_or((content, ""));
    let words: Vec<&str> = line.split_whitespace().collect();
    let [method, target, "HTTP/1.1"] = words.as_slice() else {
        return Err(malformed(format!("'{}' is no request line", line.trim())));
    };
    let method = Method::from_bytes(method.as_bytes()).map_err(|_| malformed(format!("'{method}' is no method")))?;
    let (headers, body) = headers_and_rest(rest)?;
    let content_id = text("content-id").or_else(|| headers.get("content-id").and_then(|value| value.to_str().ok()));
    Ok(Inner {
        method,
        target: (*target).to_owned(),
        content_id: content_id.map(str::to_owned),
        body: body.trim_end_matches(['\r', '\n']).as_bytes().to_vec(),
        headers,
    })
}

/// What stands between the boundaries; the last one must end with two dashes.
fn sections<'t>(text: &'t str, boundary: &str) -> ApiResult<Vec<&'t str>> {
    let (open, close) = (format!("--{boundary}"), format!("--{boundary}--"));
    let (mut found, mut start, mut position, mut closed) = (Vec::new(), None, 0, false);
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_end();
        if trimmed == open || trimmed == close {
            if let Some(start) = start {
                found.push(&text[start..position]);
            }
            start = Some(position + line.len());
            closed = trimmed == close;
            if closed {
                break;
            }
        }
        position += line.len();
    }
    if closed { Ok(found) } else { Err(malformed(format!("the closing boundary '{close}' is missing"))) }
}

/// Headers up to the first empty line, and what follows it.
fn headers_and_rest(text: &str) -> ApiResult<(HeaderMap, &str)> {
    let mut headers = HeaderMap::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (line, tail) = rest.split_once('\n').unwrap_or((rest, ""));
        rest = tail;
        let line = line.trim();
        if line.is_empty() {
            break;
        }
        let wrong = || malformed(format!("'{line}' is no header"));
        let (name, value) = line.split_once(':').ok_or_else(wrong)?;
        let name = HeaderName::from_bytes(name.trim().as_bytes()).map_err(|_| wrong())?;
        headers.append(name, HeaderValue::from_str(value.trim()).map_err(|_| wrong())?);
    }
    Ok((headers, rest))
}

/// Writes the reply to a batch.
pub struct Writer {
    boundary: String,
    text: Vec<u8>,
}

impl Writer {
    /// A writer with a boundary of its own.
    pub fn new(kind: &str) -> Self {
        Self { boundary: format!("{kind}_{}", Uuid::new_v4()), text: Vec::new() }
    }

    /// One reply.
    pub fn reply(&mut self, reply: &Reply, content_id: Option<&str>) {
        self.open();
        self.line("Content-Type: application/http");
        self.line("Content-Transfer-Encoding: binary");
        if let Some(id) = content_id {
            self.line(&format!("Content-ID: {id}"));
        }
        self.line("");
        let reason = reply.status.canonical_reason().unwrap_or_default();
        self.line(&format!("HTTP/1.1 {} {reason}", reply.status.as_u16()));
        for (name, value) in &reply.headers {
            self.line(&format!("{name}: {}", value.to_str().unwrap_or_default()));
        }
        self.line("");
        self.text.extend_from_slice(&reply.body);
        self.line("");
    }

    /// The replies of a changeset.
    pub fn changeset(&mut self, replies: &[(Reply, Option<String>)]) {
        let mut inner = Writer::new("changesetresponse");
        for (reply, content_id) in replies {
            inner.reply(reply, content_id.as_deref());
        }
        self.open();
        self.line(&format!("Content-Type: multipart/mixed; boundary={}", inner.boundary));
        self.line("");
        inner.close();
        self.text.extend_from_slice(&inner.text);
    }

    /// The whole reply.
    pub fn finish(mut self, status: StatusCode) -> Reply {
        self.close();
        let mut reply = Reply::with_body(status, "multipart/mixed", self.text);
        if let Ok(value) = HeaderValue::from_str(&format!("multipart/mixed; boundary={}", self.boundary)) {
            reply.headers.insert(CONTENT_TYPE, value);
        }
        reply
    }

    fn open(&mut self) {
        let line = format!("--{}", self.boundary);
        self.line(&line);
    }

    fn close(&mut self) {
        let line = format!("--{}--", self.boundary);
        self.line(&line);
    }

    fn line(&mut self, line: &str) {
        self.text.extend_from_slice(line.as_bytes());
        self.text.extend_from_slice(b"\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BATCH: &str = "--b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nGET systemusers?$top=1 HTTP/1.1\r\n\
        Accept: application/json\r\n\r\n\r\n--b\r\nContent-Type: multipart/mixed;boundary=\"c\"\r\n\r\n--c\r\nContent-Type: application/http\r\n\
        Content-ID: 1\r\n\r\nPOST systemusers HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{\"a\":1}\r\n--c--\r\n\r\n--b--\r\n";

    #[test]
    fn requests_and_changesets_are_read() {
        let parts = parse(BATCH.as_bytes(), "b").unwrap();
        assert_eq!(parts.len(), 2);
        let Part::One(first) = &parts[0] else { panic!("{parts:?}") };
        assert_eq!(
            (first.target.as_str(), first.headers["accept"].to_str().unwrap()),
            ("systemusers?$top=1", "application/json")
        );
        let Part::Changeset(inners) = &parts[1] else { panic!("{parts:?}") };
        assert_eq!((inners[0].content_id.as_deref(), inners[0].body.as_slice()), (Some("1"), br#"{"a":1}"#.as_slice()));
        // Line feeds alone do as well.
        assert_eq!(parse(BATCH.replace("\r\n", "\n").as_bytes(), "b").unwrap().len(), 2);
    }

    #[test]
    fn what_is_no_batch_is_refused() {
        for (text, boundary) in [
            ("", "b"),
            ("--b\r\nContent-Type: application/http\r\n\r\nGET x HTTP/1.1\r\n", "b"),
            ("--b\r\nContent-Type: text/plain\r\n\r\nGET x HTTP/1.1\r\n--b--", "b"),
            ("--b\r\nContent-Type: application/http\r\n\r\nGET x\r\n--b--", "b"),
            ("--b\r\nContent-Type: application/httpx\r\n\r\nGET x HTTP/1.1\r\n--b--", "b"),
            (
                "--b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: base64\r\n\r\nGET x HTTP/1.1\r\n--b--",
                "b",
            ),
            ("--b\r\nno header\r\n\r\n--b--", "b"),
        ] {
            assert!(parse(text.as_bytes(), boundary).is_err(), "{text}");
        }
        assert!(parse(b"\xff", "b").is_err());
        assert_eq!(boundary("multipart/mixed; boundary=\"x y\"").as_deref(), Some("x y"));
        assert_eq!(boundary("application/json"), None);
        assert_eq!(boundary("multipart/mixed"), None);
    }
}
