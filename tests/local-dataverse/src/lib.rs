//! A server that behaves as a Dataverse environment does.
