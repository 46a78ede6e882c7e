//! Generated users.

use std::fmt::Write;

use uuid::Uuid;

use super::dice::{Dice, Throw};
use super::names::{COUNTRIES, JOB_TITLES};
use super::person_name::PersonName;
use super::plan::Plan;
use super::{APPLICATION_USER, generated_user_id, object_id};
use crate::model::{Entity, Scalar, SystemUser, Texts, UserText};

/// The earliest and the latest time at which a generated user was created, and the latest at which he was changed:
/// 2016-01-15T08:00:00Z, 2024-01-15T08:00:00Z, 2024-12-15T08:00:00Z.
const EARLIEST: i64 = 1_452_844_800;
const LATEST: i64 = 1_705_305_600;
const LATEST_CHANGE: i64 = 1_734_249_600;
/// How many people one manager has, on average.
const REPORTS: u32 = 8;

/// Makes users one after the other, with the same buffers for all of them.
#[derive(Debug, Default)]
pub struct Generator {
    name: PersonName,
    full_name: String,
    email: String,
    domain_name: String,
    employee_id: String,
    phone: String,
    mobile: String,
    home: String,
    /// The roles of the last user, by key.
    pub roles: Vec<Uuid>,
}

impl Generator {
    /// Generated user `number`, from 1, without version and identity; his roles are in [`Generator::roles`] then. He is the same
    /// whatever the number of users is.
    pub fn user(&mut self, plan: &Plan, number: u32) -> SystemUser {
        let dice = &mut Dice::new(plan.seed_number, Throw::Users, number);
        let id = generated_user_id(number);
        let mut user = SystemUser::new(id, plan.throw_unit(dice));
        plan.throw_roles(dice, user.business_unit, &mut self.roles);
        user.object_id = Some(object_id(id));
        user.is_disabled = Some(dice.chance(60));
        user.manager = manager(dice, number);
        user.created_by = Some(APPLICATION_USER);
        user.modified_by = Some(APPLICATION_USER);
        user.created_on = between(dice, EARLIEST, LATEST);
        user.modified_on =
            if dice.chance(400) { user.created_on } else { between(dice, user.created_on, LATEST_CHANGE) };
        self.texts(dice, number, &mut user);
        licence(dice, &mut user);
        user
    }

    fn texts(&mut self, dice: &mut Dice, number: u32, user: &mut SystemUser) {
        self.name.throw(dice);
        let PersonName { first, last, address } = &self.name;
        put(&mut self.full_name, format_args!("{first} {last}"));
        put(&mut self.email, format_args!("{address}{number}@contoso.example"));
        let is_other = dice.chance(50);
        put(&mut self.domain_name, format_args!("{number}.{address}@people.contoso.example"));
        put(&mut self.employee_id, format_args!("{number:06}"));
        let country = dice.pick(&COUNTRIES);
        let digits = country.digits;
        let bound = 10_u64.pow(digits as u32);
        put(&mut self.phone, format_args!("{}{:0digits$}", country.phone, dice.below(bound)));
        put(&mut self.mobile, format_args!("{}{:0digits$}", country.mobile, dice.below(bound)));
        put(&mut self.home, format_args!("{}{:0digits$}", country.phone, dice.below(bound)));
        let mut texts = [None; UserText::COUNT];
        let mut set = |which: UserText, text| texts[which as usize] = Some(text);
        set(UserText::FirstName, *first);
        set(UserText::LastName, last);
        set(UserText::FullName, &self.full_name);
        set(UserText::Email, &self.email);
        set(UserText::DomainName, if is_other { &self.domain_name } else { &self.email });
        set(UserText::EmployeeId, &self.employee_id);
        set(UserText::City, country.cities[dice.place(country.cities.len())]);
        set(UserText::Country, country.name);
        set(UserText::JobTitle, JOB_TITLES[dice.place(JOB_TITLES.len())]);
        if dice.chance(800) {
            set(UserText::MainPhone, &self.phone);
        }
        if dice.chance(600) {
            set(UserText::MobilePhone, &self.mobile);
        }
        if dice.chance(100) {
            set(UserText::HomePhone, &self.home);
        }
        if dice.chance(30) {
            set(UserText::Title, "Dr.");
        }
        user.texts = Texts::new(texts);
    }
}

fn put(buffer: &mut String, text: std::fmt::Arguments<'_>) {
    buffer.clear();
    // Writing into a String never fails.
    let _ = buffer.write_fmt(text);
}

/// Somebody with a lower number; the first user has no manager, and a few others.
fn manager(dice: &mut Dice, number: u32) -> Option<Uuid> {
    let has_none = dice.chance(30);
    let manager = 1 + dice.below(u64::from(number / REPORTS).max(1)) as u32;
    (number > 1 && !has_none).then(|| generated_user_id(manager))
}

fn between(dice: &mut Dice, first: i64, last: i64) -> i64 {
    first + dice.below((last - first).max(1) as u64) as i64
}

/// Most users read and write with a licence; a few do it otherwise.
fn licence(dice: &mut Dice, user: &mut SystemUser) {
    let columns = ["caltype", "islicensed"].map(|name| SystemUser::schema().column(name));
    let [Some(caltype), Some(is_licensed)] = columns else { return };
    match dice.below(1000) {
        0..15 => {
            user.access_mode = 1;
            user.set(caltype, Scalar::Int(1));
        }
        15..40 => user.access_mode = 2,
        40..50 => {
            user.access_mode = SystemUser::NON_INTERACTIVE;
            user.set(is_licensed, Scalar::Bool(false));
        }
        50..80 => user.set(caltype, Scalar::Int(2)),
        80..95 => user.set(is_licensed, Scalar::Bool(false)),
        _ => {}
    }
}
