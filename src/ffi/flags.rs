//! The bits of `flags` arguments.

use crate::change::Mode;
use crate::error::{Error, Result, Status};
use crate::users::Options;

/// A bit of `flags`: nothing is changed; the result tells what would be.
pub const D365_PLAN: u32 = 1;
/// A bit of `flags`: attributes beyond the list of `d365_user_create` are sent as they are.
pub const D365_ANY_ATTRIBUTE: u32 = 2;
/// A bit of `flags`: a user who moves gets the roles of the same names in the new business unit.
pub const D365_RESTORE_ROLES: u32 = 4;

pub(super) use {D365_ANY_ATTRIBUTE as ANY_ATTRIBUTE, D365_PLAN as PLAN, D365_RESTORE_ROLES as RESTORE_ROLES};

/// Whether the flags ask for a plan. Bits that the function does not know are refused: they may mean something to a newer library.
pub(super) fn mode(flags: u32, known: u32) -> Result<Mode> {
    if flags & !known != 0 {
        return Err(Error::new(
            Status::InvalidArgument,
            format!("The argument 'flags' has bits that this function does not know: {flags:#x}."),
        )
        .with_target("flags"));
    }
    Ok(if flags & PLAN != 0 { Mode::Plan } else { Mode::Apply })
}

/// The options of a user that is created or updated.
pub(super) fn options(flags: u32) -> Result<Options> {
    let mode = mode(flags, PLAN | ANY_ATTRIBUTE)?;
    Ok(Options { mode, any_attribute: flags & ANY_ATTRIBUTE != 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_bits_are_refused_and_known_ones_read() {
        assert_eq!(mode(0, PLAN).unwrap(), Mode::Apply);
        assert_eq!(mode(1, PLAN).unwrap(), Mode::Plan);
        assert_eq!(mode(4, PLAN).unwrap_err().status(), Status::InvalidArgument);
        assert!(options(3).unwrap().any_attribute);
        assert!(options(0x8000_0000).is_err());
    }
}
