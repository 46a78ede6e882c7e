//! What an environment holds at its start, with fixed ids.

mod build;
mod crowd;
mod dice;
mod names;
mod people;
mod person_name;
mod plan;

use uuid::{Uuid, uuid};

pub use build::populate;
pub(crate) use plan::roles_for_users;

use crate::rules::privileges;

/// When everything of a seed was created, but for generated users: 2024-01-15T08:00:00Z.
const CREATED: i64 = 1_705_305_600;

/// The tenant.
pub const TENANT_ID: &str = "11111111-1111-4111-8111-111111111111";
/// A verified domain name of the tenant.
pub const TENANT_DOMAIN: &str = "contoso.onmicrosoft.com";
/// The tenant's name, as messages have it.
pub const TENANT_NAME: &str = "Contoso";
/// The application that the environment knows: its application user is a System Administrator.
pub const CLIENT_ID: &str = "22222222-2222-4222-8222-222222222222";
/// The secret of both applications.
pub const CLIENT_SECRET: &str = "local-dataverse-secret";
/// An application of the tenant that the environment has no user row for.
pub const STRANGER_CLIENT_ID: &str = "33333333-3333-4333-8333-333333333333";
/// The environment, as the Power Platform names it.
pub const ENVIRONMENT_ID: Uuid = uuid!("66666666-6666-4666-8666-666666666666");
/// The organization.
pub const ORGANIZATION_ID: Uuid = uuid!("44444444-4444-4444-8444-444444444444");
/// The solution that the roles belong to.
pub const SOLUTION_ID: Uuid = uuid!("55555555-5555-4555-8555-555555555555");
/// The template that every System Administrator role of the real service has.
pub const SYSTEM_ADMINISTRATOR_TEMPLATE: Uuid = uuid!("627090ff-40a3-4053-8790-584edc5be201");

/// The root business unit, Contoso.
pub const ROOT_UNIT: Uuid = uuid!("b0000000-0000-4000-8000-000000000001");
/// The business unit Sales.
pub const SALES_UNIT: Uuid = uuid!("b0000000-0000-4000-8000-000000000002");
/// The business unit Service.
pub const SERVICE_UNIT: Uuid = uuid!("b0000000-0000-4000-8000-000000000003");

/// The application user of [`CLIENT_ID`].
pub const APPLICATION_USER: Uuid = uuid!("c0000000-0000-4000-8000-000000000001");
/// Adele Example: Sales, Salesperson.
pub const ADELE: Uuid = uuid!("c0000000-0000-4000-8000-000000000002");
/// Bruno Example: Service, Customer Service Representative.
pub const BRUNO: Uuid = uuid!("c0000000-0000-4000-8000-000000000003");
/// Chiara Example: Sales, disabled, no role.
pub const CHIARA: Uuid = uuid!("c0000000-0000-4000-8000-000000000004");
/// Dora Sample-O'Neil: root, System Administrator.
pub const DORA: Uuid = uuid!("c0000000-0000-4000-8000-000000000005");

/// The names of the roles of the seed; the first is role 1 of [`role_id`].
pub const ROLE_NAMES: [&str; 6] = [
    "System Administrator",
    "Basic User",
    "Salesperson",
    "Sales Manager",
    "Customer Service Representative",
    "Approver's Deputy & Reviewer",
];
/// Role 1 of [`role_id`].
pub const SYSTEM_ADMINISTRATOR: u32 = 1;
/// Role 2 of [`role_id`].
pub const BASIC_USER: u32 = 2;
/// Role 3 of [`role_id`].
pub const SALESPERSON: u32 = 3;
/// Role 4 of [`role_id`].
pub const SALES_MANAGER: u32 = 4;
/// Role 5 of [`role_id`].
pub const CUSTOMER_SERVICE_REPRESENTATIVE: u32 = 5;
/// Role 6 of [`role_id`].
pub const APPROVERS_DEPUTY: u32 = 6;

/// The copy of role `number` (from 1) of the seed in a business unit of the seed or a generated one.
pub fn role_id(number: u32, unit: Uuid) -> Uuid {
    numbered(0xa, number, unit_suffix(unit))
}

/// The copy of generated role `number` (from 1) in a business unit.
pub fn generated_role_id(number: u32, unit: Uuid) -> Uuid {
    numbered(0xf, number, unit_suffix(unit))
}

/// The default team of a business unit of the seed or a generated one.
pub fn default_team_id(unit: Uuid) -> Uuid {
    numbered(0x9, 0, unit_suffix(unit))
}

/// A privilege by its name.
pub fn privilege_id(name: &str) -> Uuid {
    let number = privileges::ALL.iter().position(|known| *known == name).map_or(0, |place| place as u64 + 1);
    numbered(0x8, 0, number)
}

/// Generated user `number`, from 1.
pub fn generated_user_id(number: u32) -> Uuid {
    numbered(0xd, 0, u64::from(number))
}

/// Generated business unit `number`, from 1.
pub fn generated_unit_id(number: u32) -> Uuid {
    numbered(0xe, 0, u64::from(number))
}

/// Generated team `number`, from 1.
pub fn generated_team_id(number: u32) -> Uuid {
    numbered(0x7, 0, u64::from(number))
}

/// The Entra object of a user of the seed: the same id with another first digit.
fn object_id(user: Uuid) -> Uuid {
    let mut bytes = *user.as_bytes();
    bytes[0] ^= 0x70;
    Uuid::from_bytes(bytes)
}

/// The part of a business unit's id that the ids of its roles end with: generated units count from 1001.
fn unit_suffix(unit: Uuid) -> u64 {
    let bytes = unit.as_bytes();
    let digits = bytes[10..].iter().fold(0, |sum, byte| sum * 100 + u64::from(byte >> 4) * 10 + u64::from(byte & 15));
    if bytes[0] >> 4 == 0xe { digits + 1000 } else { digits }
}

/// An id that shows its numbers to a reader: `<kind><group>-0000-4000-8000-<number>`, in decimal digits.
fn numbered(kind: u8, group: u32, number: u64) -> Uuid {
    let mut bytes = [0u8; 16];
    let digits = |mut value: u64, place: &mut [u8]| {
        for byte in place.iter_mut().rev() {
            *byte = (value % 10) as u8 | (((value / 10) % 10) as u8) << 4;
            value /= 100;
        }
    };
    digits(u64::from(group), &mut bytes[..4]);
    digits(number, &mut bytes[10..]);
    bytes[0] = bytes[0] & 0x0f | kind << 4;
    bytes[6] = 0x40;
    bytes[8] = 0x80;
    Uuid::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_show_their_numbers() {
        assert_eq!(role_id(3, SALES_UNIT), uuid!("a0000003-0000-4000-8000-000000000002"));
        assert_eq!(generated_user_id(123_456), uuid!("d0000000-0000-4000-8000-000000123456"));
        assert_eq!(generated_unit_id(12), uuid!("e0000000-0000-4000-8000-000000000012"));
        assert_eq!(role_id(2, generated_unit_id(12)), uuid!("a0000002-0000-4000-8000-000000001012"));
        assert_eq!(generated_role_id(1_234_567, ROOT_UNIT), uuid!("f1234567-0000-4000-8000-000000000001"));
    }
}
