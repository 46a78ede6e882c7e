//! The page docs/scale.md: what a sync costs in environments of any size, worked out from what was measured here and from the service's limits.

use std::fmt::Write as _;

use super::plot::duration;

/// Rows of a page: what the service gives at most.
const PAGE: u64 = 5000;
/// Roles that a user holds, on average.
const ROLES: u64 = 5;
/// Service time of a page, in seconds: an assumption, the same as in the benchmark with paced pages.
const PAGE_SECONDS: f64 = 0.3;
/// Service time of a change, in seconds: an assumption.
const CHANGE_SECONDS: f64 = 0.1;
/// The service protection limits, of a user and a web server within 300 seconds: requests, and seconds of execution.
/// <https://learn.microsoft.com/power-apps/developer/data-platform/api-limits>
const WINDOW: f64 = 300.0;
const REQUESTS: f64 = 6000.0;
const EXECUTION: f64 = 1200.0;
/// Changes that the module makes at once where nobody says otherwise.
const AT_ONCE: f64 = 8.0;
/// Users that are read with one request before their roles are changed.
const READ_AHEAD: u64 = 64;
/// The share of the users that changes from one sync to the next.
const CHANGED: f64 = 0.01;

/// What was measured: seconds of the module for each user of a list, and for each role that a user holds.
pub struct Cost {
    /// 20 columns into an object.
    pub user: f64,
    /// A line of who holds which role.
    pub role: f64,
}

/// What one size of environment costs.
struct Sync {
    users: u64,
    requests: u64,
    seconds: f64,
    decoding: f64,
    changed_requests: u64,
    changed_seconds: f64,
    assigning_seconds: f64,
}

impl Sync {
    fn of(users: u64, cost: &Cost) -> Self {
        let pages = |rows: u64| rows.div_ceil(PAGE).max(1);
        // Users; who holds what; roles and business units.
        let requests = pages(users) + pages(users * ROLES) + 2;
        let decoding = users as f64 * (cost.user + ROLES as f64 * cost.role);
        let changed = (users as f64 * CHANGED) as u64;
        // The tables of users, of who holds what, of roles and of business units are asked for what changed.
        let changed_requests = pages(changed) + pages(changed * ROLES) + 2;
        Sync {
            users,
            requests,
            // Pages come one after the other, since each has the address of the next; decoding goes on meanwhile.
            seconds: decoding.max(requests as f64 * PAGE_SECONDS),
            decoding,
            changed_requests,
            changed_seconds: changed_requests as f64 * PAGE_SECONDS,
            assigning_seconds: (users + users.div_ceil(READ_AHEAD)) as f64 / change_rate(),
        }
    }
}

/// Changes a second: as many as go at once, or as the limits let through.
fn change_rate() -> f64 {
    (AT_ONCE / CHANGE_SECONDS).min(REQUESTS / WINDOW).min(EXECUTION / WINDOW / CHANGE_SECONDS)
}

/// The text of the page.
pub fn text(cost: &Cost) -> String {
    let mut text = format!(
        "# What a sync costs as an environment grows\n\n`cargo xtask bench` worked this page out: from what [it measured](benchmarks.md) and from the limits that the service \
         publishes ([service protection](https://learn.microsoft.com/power-apps/developer/data-platform/api-limits): {REQUESTS} requests and {EXECUTION} s of execution time for \
         a user and a web server in {WINDOW} s). Assumed, not measured: a page of {PAGE} rows takes the service {PAGE_SECONDS} s, a change {CHANGE_SECONDS} s, \
         a user holds {ROLES} roles, and {:.0} % of the users change from one sync to the next.\n\nMeasured: a user of 20 columns costs {:.1} µs of this module's time, a role that a \
         user holds {:.1} µs.\n\n| Users | Full sync: requests | Time | of it the module's own | Only what changed: requests | Time | A role for every user: time |\n\
         |---:|---:|---:|---:|---:|---:|---:|\n",
        CHANGED * 100.0,
        cost.user * 1e6,
        cost.role * 1e6,
    );
    for users in [10_000, 100_000, 1_000_000, 10_000_000] {
        let sync = Sync::of(users, cost);
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {} |",
            grouped(sync.users),
            grouped(sync.requests),
            duration(sync.seconds),
            duration(sync.decoding),
            grouped(sync.changed_requests),
            duration(sync.changed_seconds),
            duration(sync.assigning_seconds),
        );
    }
    let chain = 1.0 / PAGE_SECONDS;
    let _ = write!(
        text,
        "\n## What bounds it\n\n\
         - **A full sync: the service's time for a page.** Each page has the address of the next, so that they come one after the other, {chain:.1} a second. That is \
         {:.0} requests and {WINDOW} s of execution time in the service's window, far below its limits. Users (`Get-Dynamics365User`) and roles (`Get-Dynamics365UserRole -All`) can be \
         read side by side, or users by business unit: up to {:.0} chains at once stay within the execution time that is allowed.\n\
         - **The module's own time** is hidden behind that: it decodes a page while the next one is on its way. It would bound a sync only where a page came in less than {}.\n\
         - **Memory** does not grow: rows are written as they come, and at most a few pages wait ({{benchmarks.md}} has a million users).\n\
         - **An incremental sync** (`Get-Dynamics365Change`) asks for what changed since a token. It needs tables with change tracking, and a token no older than the service keeps \
         (7 days unless an administrator chose otherwise): after that a full sync is due.\n\
         - **Changes: the service's limit of requests**, {:.0} a second for a user and a web server. Below {:.1} s a change it is that limit that bounds, above it the limit of execution time. \
         More at once than {AT_ONCE} does not help then. The module waits as the service says, and nothing is lost; a second application user, with its own limits, halves the time.\n",
        WINDOW * chain,
        EXECUTION / WINDOW,
        duration(PAGE as f64 * cost.user),
        REQUESTS / WINDOW,
        EXECUTION / REQUESTS,
    );
    text.replace("{benchmarks.md}", "[what things cost](benchmarks.md)")
}

/// A number with its thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_the_pages_and_the_slower_of_service_and_decoding_is_the_time() {
        let sync = Sync::of(100_000, &Cost { user: 8e-6, role: 4e-6 });
        assert_eq!((sync.requests, sync.changed_requests), (20 + 100 + 2, 1 + 1 + 2));
        assert!((sync.decoding - 2.8).abs() < 1e-9, "{}", sync.decoding);
        assert!((sync.seconds - 36.6).abs() < 1e-9, "{}", sync.seconds);
        let slow = Sync::of(100_000, &Cost { user: 1e-3, role: 0.0 });
        assert!((slow.seconds - 100.0).abs() < 1e-9);
        // 20 a second are allowed: 100,000 changes and 1,563 requests that read ahead.
        assert!((sync.assigning_seconds - 101_563.0 / 20.0).abs() < 1e-6);
    }

    #[test]
    fn numbers_have_their_thousands_apart() {
        assert_eq!([0, 999, 1000, 12_345_678].map(grouped), ["0", "999", "1,000", "12,345,678"]);
    }
}
