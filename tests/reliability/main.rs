//! Nothing lost, nothing doubled, nothing told wrong: every operation under every fault that Local Dataverse can make. What the
//! caller is told is compared with the server's ledger.

mod faults;
mod matrix;
mod operations;
mod sign_in;
