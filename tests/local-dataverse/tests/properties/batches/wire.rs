//! The text of a batch and of its reply.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::client::Reply;

/// A request within a batch.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: &'static str,
    pub target: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Option<String>,
}

/// A part of a batch: one request, or a changeset whose requests have these Content-IDs.
pub enum Part<'r> {
    One(&'r Request),
    Changeset(Vec<(&'r str, &'r Request)>),
}

/// The text of a batch.
pub fn text(parts: &[Part<'_>]) -> String {
    let mut text = String::new();
    for part in parts {
        text.push_str("--batch_1\r\n");
        match part {
            Part::One(request) => write(&mut text, request, None),
            Part::Changeset(requests) => {
                text.push_str("Content-Type: multipart/mixed; boundary=changeset_1\r\n\r\n");
                for (id, request) in requests {
                    text.push_str("--changeset_1\r\n");
                    write(&mut text, request, Some(id));
                }
                text.push_str("--changeset_1--\r\n\r\n");
            }
        }
    }
    text + "--batch_1--\r\n"
}

fn write(text: &mut String, request: &Request, content_id: Option<&str>) {
    text.push_str("Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n");
    if let Some(id) = content_id {
        text.push_str(&format!("Content-ID: {id}\r\n"));
    }
    text.push_str(&format!("\r\n{} {} HTTP/1.1\r\n", request.method, request.target));
    for (name, value) in &request.headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if request.body.is_some() {
        text.push_str("Content-Type: application/json\r\n");
    }
    text.push_str(&format!("\r\n{}\r\n", request.body.as_deref().unwrap_or_default()));
}

/// What came back for a request.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

/// What came back for a part.
#[derive(Clone, Debug)]
pub enum Answers {
    One(Answer),
    Changeset(Vec<Answer>),
}

impl Answer {
    /// The code of an error; empty for a success.
    pub fn code(&self) -> String {
        if self.status < 400 {
            return String::new();
        }
        let body: Value = serde_json::from_str(&self.body).unwrap();
        body["error"]["code"].as_str().unwrap().to_owned()
    }
}

/// The parts of a reply to a batch.
pub fn answers(reply: &Reply) -> Vec<Answers> {
    let parts = sections(&reply.text, reply.header("content-type"));
    parts
        .into_iter()
        .map(|part| {
            let (headers, content) = head(&part);
            match headers["content-type"].as_str() {
                "application/http" => Answers::One(answer(content)),
                kind => Answers::Changeset(sections(content, kind).iter().map(|part| answer(head(part).1)).collect()),
            }
        })
        .collect()
}

fn sections(text: &str, content_type: &str) -> Vec<String> {
    let boundary = content_type.split_once("boundary=").expect("a multipart has a boundary").1.trim_matches('"');
    let (inside, behind) = text.split_once(&format!("--{boundary}--")).expect("the last boundary is there");
    assert_eq!(behind.trim(), "", "nothing follows the last boundary");
    let opening = format!("--{boundary}\r\n");
    let mut parts = inside.split(&opening);
    assert_eq!(parts.next().unwrap_or_default().trim(), "", "nothing stands before the first boundary");
    parts.map(str::to_owned).collect()
}

fn head(text: &str) -> (BTreeMap<String, String>, &str) {
    let (head, rest) = text.split_once("\r\n\r\n").expect("an empty line ends the headers");
    let lines = head.lines().filter_map(|line| line.split_once(": "));
    (lines.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect(), rest)
}

fn answer(text: &str) -> Answer {
    let (line, rest) = text.split_once("\r\n").unwrap();
    let status = line.strip_prefix("HTTP/1.1 ").and_then(|line| line.get(..3)).and_then(|digits| digits.parse().ok());
    let (headers, body) = head(rest);
    Answer {
        status: status.unwrap_or_else(|| panic!("'{line}' is no status line")),
        headers,
        body: body.trim().to_owned(),
    }
}
