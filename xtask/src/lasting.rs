//! How long a task lasts that goes on until its time is over.

use clap::Args;

/// The options that say so; ten minutes where nothing does.
#[derive(Args)]
pub struct Lasting {
    /// How long it lasts
    #[arg(long, default_value_t = 10)]
    minutes: u64,
    /// The same in seconds
    #[arg(long, conflicts_with = "minutes")]
    seconds: Option<u64>,
}

impl Lasting {
    /// In seconds.
    pub fn seconds(&self) -> u64 {
        self.seconds.unwrap_or(self.minutes * 60)
    }
}
