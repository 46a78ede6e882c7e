//! A picture of the times: for each work two bars, its own and the other way's.

use std::fmt::Write as _;

/// One work.
pub struct Bars {
    /// What was done.
    pub name: String,
    /// What did the same.
    pub against: String,
    /// The seconds of both.
    pub seconds: (f64, f64),
}

const WIDTH: f64 = 860.0;
const LONGEST: f64 = 640.0;
const BAR: f64 = 16.0;
const WORK: f64 = 86.0;

/// The picture as SVG, readable on light and on dark paper. The longer bar of each work has the whole width: works are not compared with each other.
pub fn svg(works: &[Bars]) -> String {
    let height = WORK * works.len() as f64 + 10.0;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"Times of the module and of other ways\">\n\
         <style>text {{ font: 13px sans-serif; fill: #333 }} .name {{ font-weight: bold }} .ours {{ fill: #2266bb }} .other {{ fill: #bb9955 }} \
         @media (prefers-color-scheme: dark) {{ text {{ fill: #ddd }} .ours {{ fill: #66aaff }} }}</style>\n"
    );
    for (number, work) in works.iter().enumerate() {
        let top = WORK * number as f64 + 20.0;
        let (ours, other) = work.seconds;
        let longest = ours.max(other);
        let _ = writeln!(text, "<text class=\"name\" x=\"4\" y=\"{top}\">{}</text>", escaped(&work.name));
        for (line, class, who, seconds) in [(0.0, "ours", "this module", ours), (1.0, "other", &*work.against, other)] {
            // A bar that can't be seen tells nothing.
            let length = (seconds.max(0.0) / longest * LONGEST).max(1.0);
            let y = top + 8.0 + line * (BAR + 8.0);
            let shown = format!("{}  {who}", duration(seconds));
            // Beside a short bar, on a long one.
            let x = if length < LONGEST / 2.0 { length + 10.0 } else { 10.0 };
            let _ = writeln!(
                text,
                "<rect class=\"{class}\" x=\"4\" y=\"{y:.0}\" width=\"{length:.0}\" height=\"{BAR}\" fill-opacity=\"{}\"/>\
                 <text x=\"{x:.0}\" y=\"{:.0}\">{}</text>",
                if length < LONGEST / 2.0 { 1.0 } else { 0.45 },
                y + 13.0,
                escaped(&shown)
            );
        }
    }
    text + "</svg>\n"
}

/// Seconds as a person reads them.
pub fn duration(seconds: f64) -> String {
    match seconds {
        ..0.01 => format!("{:.2} ms", seconds * 1000.0),
        ..1.0 => format!("{:.0} ms", seconds * 1000.0),
        ..100.0 => format!("{seconds:.1} s"),
        ..7200.0 => format!("{:.0} min", seconds / 60.0),
        ..172_800.0 => format!("{:.1} h", seconds / 3600.0),
        _ => format!("{:.1} days", seconds / 86_400.0),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_bar_of_each_work_has_the_whole_width() {
        let work = |name: &str, seconds| Bars { name: name.into(), against: "a & b".into(), seconds };
        let text = svg(&[work("one", (1.0, 4.0)), work("two", (0.002, 0.001))]);
        let widths: Vec<&str> = text.split("width=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(widths, ["160", "640", "640", "320"]);
        assert!(text.contains("2.00 ms  this module") && text.contains("4.0 s  a &amp; b"), "{text}");
    }

    #[test]
    fn durations_are_in_units_that_are_read_easily() {
        for (seconds, text) in [
            (0.0005, "0.50 ms"),
            (0.25, "250 ms"),
            (12.34, "12.3 s"),
            (600.0, "10 min"),
            (9000.0, "2.5 h"),
            (864_000.0, "10.0 days"),
        ] {
            assert_eq!(duration(seconds), text);
        }
    }
}
