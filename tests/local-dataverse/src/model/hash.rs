//! Identifiers that follow from what they identify, and look as random as the service's own.

use uuid::Uuid;

/// The finalizer of SplitMix64, which spreads every bit of its input over the whole result.
pub fn spread(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// An identifier of these two numbers.
pub fn id(first: u64, second: u64) -> Uuid {
    uuid::Builder::from_random_bytes(((u128::from(first) << 64) | u128::from(second)).to_be_bytes()).into_uuid()
}

/// The identifier of what these names lead to.
pub fn named_id(path: &[&str]) -> Uuid {
    let mut state = (0_u64, path.len() as u64);
    for name in path {
        for byte in name.bytes().chain([0xff]) {
            state.0 = spread(state.0 ^ u64::from(byte) ^ state.1.rotate_left(23));
            state.1 = spread(state.1.wrapping_add(state.0));
        }
    }
    id(state.0, state.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_one_id_and_other_paths_have_others() {
        assert_eq!(named_id(&["a", "b"]), named_id(&["a", "b"]));
        assert_eq!(named_id(&["a", "b"]).get_version_num(), 4);
        let many = [
            named_id(&["a", "b"]),
            named_id(&["ab"]),
            named_id(&["b", "a"]),
            named_id(&["a"]),
            named_id(&["a", ""]),
            named_id(&[]),
        ];
        let different: std::collections::HashSet<Uuid> = many.into_iter().collect();
        assert_eq!(different.len(), many.len());
    }
}
