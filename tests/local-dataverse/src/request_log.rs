//! Which requests came, and what became of them.

use std::collections::VecDeque;
use std::time::Instant;

use jiff::Timestamp;
use parking_lot::Mutex;
use serde::Serialize;
use uuid::Uuid;

use crate::faults::Action;

/// The log keeps no more than this.
const KEPT: usize = 200_000;

/// One request in the log.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestEntry {
    /// 1 for the first request.
    pub number: u64,
    /// When it came, such as `2024-03-15T16:21:58.123Z`.
    pub time: String,
    /// The method.
    pub method: String,
    /// Path and query, as sent.
    pub path: String,
    /// The status of the reply; 0 where there was none: the connection was closed, or the client went away.
    pub status: u16,
    /// How long it took until the reply began.
    pub duration_ms: f64,
    /// The `REQ_ID` of the reply.
    pub request_id: Uuid,
    /// What the client sent as `x-ms-client-request-id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_request_id: Option<String>,
    /// The user (systemuserid) who asked, where the token was good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller: Option<Uuid>,
    /// What a fault rule did to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<Box<Action>>,
}

/// The requests so far, but the oldest of very many.
#[derive(Debug, Default)]
pub struct RequestLog {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    entries: VecDeque<RequestEntry>,
    last: u64,
    /// How often the log was cleared.
    cleared: u64,
}

impl RequestLog {
    /// The entries after this number, the oldest first, and no more than so many.
    pub fn after(&self, number: u64, most: usize) -> Vec<RequestEntry> {
        let kept = self.kept.lock();
        let start = kept.entries.partition_point(|entry| entry.number <= number);
        kept.entries.iter().skip(start).take(most).cloned().collect()
    }

    /// The number of the last request; 0 before the first.
    pub fn last(&self) -> u64 {
        self.kept.lock().last
    }

    /// Forgets all of it, and those that are under way.
    pub fn clear(&self) {
        let mut kept = self.kept.lock();
        *kept = Kept { cleared: kept.cleared + 1, ..Kept::default() };
    }

    /// Adds a request that came when the log had been cleared so often.
    fn add(&self, mut entry: RequestEntry, cleared: u64) {
        let mut kept = self.kept.lock();
        if kept.cleared != cleared {
            return;
        }
        kept.last += 1;
        entry.number = kept.last;
        if kept.entries.len() == KEPT {
            kept.entries.pop_front();
        }
        kept.entries.push_back(entry);
    }
}

/// A request that is under way. It is in the log when this is dropped, however the request ends; but not in one that was cleared
/// meanwhile: a client that gave up may hold its connection for minutes, and nobody would expect the request any more.
#[derive(Debug)]
pub struct Underway<'l> {
    log: &'l RequestLog,
    cleared: u64,
    began: Instant,
    /// What the log will say; `status` and `caller` are for the handling to fill in.
    pub entry: RequestEntry,
}

impl<'l> Underway<'l> {
    /// A request that just came.
    pub fn new(log: &'l RequestLog, method: &str, path: String, request_id: Uuid) -> Self {
        let entry = RequestEntry {
            time: format!("{:.3}", Timestamp::now()),
            method: method.to_owned(),
            path,
            request_id,
            ..RequestEntry::default()
        };
        let cleared = log.kept.lock().cleared;
        Self { log, cleared, began: Instant::now(), entry }
    }
}

impl Drop for Underway<'_> {
    fn drop(&mut self) {
        let mut entry = std::mem::take(&mut self.entry);
        // Whole microseconds: more digits would say nothing.
        entry.duration_ms = self.began.elapsed().as_micros() as f64 / 1000.0;
        self.log.add(entry, self.cleared);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_numbered_in_the_order_of_their_ends() {
        let log = RequestLog::default();
        let first = Underway::new(&log, "GET", "/1".into(), Uuid::nil());
        drop(Underway::new(&log, "GET", "/2".into(), Uuid::nil()));
        drop(first);
        let paths: Vec<_> = log.after(0, 10).into_iter().map(|entry| (entry.number, entry.path)).collect();
        assert_eq!(paths, [(1, "/2".to_owned()), (2, "/1".to_owned())]);
        assert_eq!(log.last(), 2);
        assert_eq!(log.after(1, 10).len(), 1);
        assert_eq!(log.after(0, 1)[0].number, 1);
        assert!(log.after(2, 10).is_empty());
        log.clear();
        assert_eq!((log.last(), log.after(0, 10).len()), (0, 0));
    }

    #[test]
    fn what_was_under_way_when_it_was_cleared_is_no_more_in_it() {
        let log = RequestLog::default();
        let before = Underway::new(&log, "GET", "/before".into(), Uuid::nil());
        log.clear();
        let after = Underway::new(&log, "GET", "/after".into(), Uuid::nil());
        drop(before);
        drop(after);
        let paths: Vec<_> = log.after(0, 10).into_iter().map(|entry| (entry.number, entry.path)).collect();
        assert_eq!(paths, [(1, "/after".to_owned())]);
    }

    #[test]
    fn the_oldest_make_place_and_numbers_go_on() {
        let log = RequestLog::default();
        for _ in 0..KEPT + 5 {
            drop(Underway::new(&log, "GET", String::new(), Uuid::nil()));
        }
        let all = log.after(0, usize::MAX);
        assert_eq!((all.len(), all[0].number, log.last()), (KEPT, 6, KEPT as u64 + 5));
        assert_eq!(
            log.after(KEPT as u64, 2).iter().map(|entry| entry.number).collect::<Vec<_>>(),
            [KEPT as u64 + 1, KEPT as u64 + 2]
        );
    }
}
