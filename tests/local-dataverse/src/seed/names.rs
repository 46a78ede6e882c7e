//! What generated business units, roles and teams are called, what people do and where.

/// What people are by profession.
pub const JOB_TITLES: [&str; 40] = [
    "Account Executive",
    "Account Manager",
    "Accountant",
    "Administrative Assistant",
    "Area Manager",
    "Business Analyst",
    "Buyer",
    "Call Center Agent",
    "Case Handler",
    "Claims Adjuster",
    "Clerk",
    "Compliance Officer",
    "Controller",
    "Customer Success Manager",
    "Data Analyst",
    "Delivery Coordinator",
    "Dispatcher",
    "Event Planner",
    "Field Service Technician",
    "Head of Sales & Service",
    "Human Resources Partner",
    "Inside Sales Representative",
    "Key Account Manager",
    "Legal Counsel",
    "Logistics Planner",
    "Marketing Specialist",
    "Office Manager",
    "Operations Manager",
    "Partner Manager",
    "Product Manager",
    "Project Lead",
    "Quality Inspector",
    "Receptionist",
    "Sales Engineer",
    "Service Desk Agent",
    "Solution Architect",
    "Store Manager",
    "Trainee",
    "Vice President",
    "Warehouse Supervisor",
];

/// A country with its cities, and telephone numbers that are kept for films and books: nobody has them.
#[derive(Debug)]
pub struct Country {
    /// Its name.
    pub name: &'static str,
    /// Some cities.
    pub cities: [&'static str; 4],
    /// A main number; further digits follow.
    pub phone: &'static str,
    /// A mobile number; further digits follow.
    pub mobile: &'static str,
    /// How many digits follow.
    pub digits: usize,
}

/// Where people work.
pub const COUNTRIES: [Country; 5] = [
    Country {
        name: "Germany",
        cities: ["Berlin", "Köln", "Leipzig", "München"],
        phone: "+49 30 23125 ",
        mobile: "+49 171 39200 ",
        digits: 2,
    },
    Country {
        name: "United Kingdom",
        cities: ["Bristol", "Leeds", "London", "St Albans"],
        phone: "+44 20 7946 0",
        mobile: "+44 7700 900",
        digits: 3,
    },
    Country {
        name: "France",
        cities: ["Lyon", "Nîmes", "Paris", "L'Haÿ-les-Roses"],
        phone: "+33 1 99 00 ",
        mobile: "+33 6 39 98 ",
        digits: 4,
    },
    Country {
        name: "Australia",
        cities: ["Adelaide", "Melbourne", "Perth", "Sydney"],
        phone: "+61 2 5550 ",
        mobile: "+61 491 570 ",
        digits: 3,
    },
    Country {
        name: "United States",
        cities: ["Austin", "Denver", "Redmond", "Saint Paul"],
        phone: "+1 425-555-01",
        mobile: "+1 206-555-01",
        digits: 2,
    },
];

const DEPARTMENTS: [&str; 20] = [
    "Accounting",
    "Call Center",
    "Claims",
    "Customer Care",
    "Direct Sales",
    "Export",
    "Field Service",
    "Finance",
    "Human Resources",
    "Legal",
    "Logistics",
    "Marketing",
    "Partners",
    "Procurement",
    "Public Sector",
    "Quality",
    "R&D",
    "Retail",
    "Training",
    "Warehouse",
];

const REGIONS: [&str; 20] = [
    "Alps",
    "Baltics",
    "Benelux",
    "Brasil",
    "Côte d'Azur",
    "East",
    "Iberia",
    "India",
    "Islands",
    "Midlands",
    "Nordics",
    "North",
    "Öresund",
    "Oceania",
    "Pacific",
    "Süd",
    "South",
    "West",
    "Zentrale",
    "日本",
];

const AREAS: [&str; 24] = [
    "Account",
    "Campaign",
    "Case",
    "Catalog",
    "Claims",
    "Contract",
    "Credit",
    "Delivery",
    "Event",
    "Forecast",
    "Inventory",
    "Invoice",
    "Knowledge",
    "Lead",
    "Order",
    "Partner",
    "Payment",
    "Price",
    "Project",
    "Quote",
    "Returns",
    "Supplier",
    "Survey",
    "Warranty",
];

const FUNCTIONS: [&str; 10] = [
    "Administrator",
    "Analyst",
    "Approver",
    "Auditor",
    "Clerk",
    "Editor",
    "Planner",
    "Reader",
    "Reviewer's Deputy",
    "Specialist",
];

/// The name of generated business unit `number`, from 1, like that of no other.
pub fn unit_name(seed_number: u64, number: u32) -> String {
    pair(seed_number, number, &DEPARTMENTS, &REGIONS)
}

/// The name of generated role `number`, from 1, like that of no other.
pub fn role_name(seed_number: u64, number: u32) -> String {
    pair(seed_number, number, &AREAS, &FUNCTIONS)
}

/// The name of generated team `number`, from 1, like that of no other team or business unit.
pub fn team_name(seed_number: u64, number: u32) -> String {
    format!("{} Team", pair(seed_number, number, &AREAS, &REGIONS))
}

/// Each number has a pair of words of its own; once all pairs are used, they come again with a number.
fn pair(seed_number: u64, number: u32, firsts: &[&str], seconds: &[&str]) -> String {
    let pairs = (firsts.len() * seconds.len()) as u64;
    let index = u64::from(number) - 1;
    // Steps of a prime that divides no number of pairs visit each pair once.
    let place = ((seed_number % pairs + index % pairs) * 137 % pairs) as usize;
    let (first, second) = (firsts[place / seconds.len()], seconds[place % seconds.len()]);
    match index / pairs {
        0 => format!("{first} {second}"),
        round => format!("{first} {second} {}", round + 1),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::seed::ROLE_NAMES;

    #[test]
    fn no_two_units_roles_or_teams_have_one_name() {
        for name in [unit_name, role_name, team_name] {
            let names: HashSet<String> = (1..=3000).map(|number| name(5, number).to_lowercase()).collect();
            assert_eq!(names.len(), 3000);
            assert!(ROLE_NAMES.iter().all(|role| !names.contains(&role.to_lowercase())));
        }
    }
}
