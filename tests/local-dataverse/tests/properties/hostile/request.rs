//! Requests as parts that can be mutated, and a collection of right ones: `corpus.txt`, each with its status before it.

use local_dataverse::seed;

use crate::client::Fixture;

/// A request, as bytes, right or not.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: Vec<u8>,
    pub target: Vec<u8>,
    pub headers: Vec<(Vec<u8>, Vec<u8>)>,
    pub body: Vec<u8>,
}

/// The requests of the collection, each with the status that it gets.
pub fn corpus(fixture: &Fixture) -> Vec<(u16, Request)> {
    let text = include_str!("corpus.txt")
        .replace("{HOST}", &fixture.server.address().to_string())
        .replace("{ADELE}", &crate::client::user(seed::ADELE))
        .replace("{TENANT}", seed::TENANT_ID)
        .replace("{CLIENT}", seed::CLIENT_ID);
    text.split("=====\n").map(parse).collect()
}

fn parse(text: &str) -> (u16, Request) {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let words: Vec<&str> = lines.next().unwrap().split(' ').collect();
    let headers = lines.map(|line| line.split_once(": ").unwrap()).map(|(name, value)| (name.into(), value.into()));
    let request = Request {
        method: words[1].into(),
        target: words[2].into(),
        headers: headers.collect(),
        body: body.trim_end().into(),
    };
    (words[0].parse().unwrap(), request)
}

impl Request {
    /// A GET of an address.
    pub fn get(target: &str) -> Self {
        Self { method: "GET".into(), target: target.into(), headers: Vec::new(), body: Vec::new() }
    }

    /// What goes over the wire, with a good token.
    pub fn bytes(&self, fixture: &Fixture) -> Vec<u8> {
        let mut bytes = [&self.method[..], b" ", &self.target, b" HTTP/1.1\r\n"].concat();
        let (host, token) = (fixture.server.address().to_string(), fixture.authorization());
        let length = self.body.len().to_string();
        for (name, value) in
            [("Host", &*host), ("Connection", "close"), ("Authorization", &token), ("Content-Length", &length)]
        {
            bytes.extend([name.as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
        }
        for (name, value) in &self.headers {
            bytes.extend([name, &b": "[..], value, b"\r\n"].concat());
        }
        bytes.extend(b"\r\n");
        bytes.extend(&self.body);
        bytes
    }
}
