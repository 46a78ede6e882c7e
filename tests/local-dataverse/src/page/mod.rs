//! The page at `/`, for a person's eyes. What it shows comes from `/_local/`.

use http::{HeaderValue, Method, StatusCode};

use crate::reply::Reply;
use crate::state::Incoming;

/// A file of the page.
struct File {
    path: &'static str,
    content_type: &'static str,
    content: &'static str,
}

const SCRIPT: &str = "text/javascript; charset=utf-8";

const FILES: [File; 10] = [
    File { path: "/", content_type: "text/html; charset=utf-8", content: include_str!("index.html") },
    File { path: "/_local/page/page.css", content_type: "text/css; charset=utf-8", content: include_str!("page.css") },
    File { path: "/_local/page/icon.svg", content_type: "image/svg+xml", content: include_str!("icon.svg") },
    File { path: "/_local/page/main.js", content_type: SCRIPT, content: include_str!("main.js") },
    File { path: "/_local/page/dom.js", content_type: SCRIPT, content: include_str!("dom.js") },
    File { path: "/_local/page/server.js", content_type: SCRIPT, content: include_str!("server.js") },
    File { path: "/_local/page/users.js", content_type: SCRIPT, content: include_str!("users.js") },
    File { path: "/_local/page/activity.js", content_type: SCRIPT, content: include_str!("activity.js") },
    File { path: "/_local/page/faults.js", content_type: SCRIPT, content: include_str!("faults.js") },
    File { path: "/_local/page/settings.js", content_type: SCRIPT, content: include_str!("settings.js") },
];

/// Nothing comes from elsewhere, nothing is run that is not one of the files, and text can't become markup.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

/// The file of the page that a request asks for.
pub fn answer(request: &Incoming) -> Option<Reply> {
    if request.method != Method::GET && request.method != Method::HEAD {
        return None;
    }
    let file = FILES.iter().find(|file| file.path == request.path)?;
    let mut reply = Reply::with_body(StatusCode::OK, file.content_type, file.content);
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-cache"),
    ] {
        reply.headers.insert(name, HeaderValue::from_static(value));
    }
    Some(reply)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_that_the_page_names_is_there_and_no_other_is() {
        let named = |text: &str| -> Vec<String> {
            let parts = text.split(['"', '\'']);
            let files = parts.filter_map(|part| part.strip_prefix("/_local/page/").or_else(|| part.strip_prefix("./")));
            files.map(|file| format!("/_local/page/{file}")).collect()
        };
        let mut all: Vec<String> = FILES.iter().flat_map(|file| named(file.content)).chain(["/".to_owned()]).collect();
        all.sort();
        all.dedup();
        let mut there: Vec<&str> = FILES.iter().map(|file| file.path).collect();
        there.sort_unstable();
        assert_eq!(all, there);
    }

    #[test]
    fn nothing_is_asked_of_another_host() {
        for file in FILES {
            let addresses = file.content.matches("://").count();
            // The name space of SVG, and the target of a redirect that is offered as a fault.
            let known =
                file.content.matches("http://www.w3.org/").count() + file.content.matches("contoso.example/").count();
            assert_eq!(addresses, known, "{}", file.path);
            assert!(!file.content.contains("innerHTML"), "{}", file.path);
        }
    }
}
