//! What the service, or HTTP, refuses is refused here too, and changes nothing.

mod actions;
mod bodies;
mod headers;
mod hosts;
mod methods;
mod options;
