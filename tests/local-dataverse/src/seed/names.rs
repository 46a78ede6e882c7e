//! What generated rows are called. The people are made up: their last names are put together from parts.

use super::dice::Dice;

/// A name as it is written, and as it is in an e-mail address.
type Name = (&'static str, &'static str);

const FIRST_NAMES: [Name; 80] = [
    ("Abena", "abena"),
    ("Adrian", "adrian"),
    ("Aiko", "aiko"),
    ("Alma", "alma"),
    ("Amir", "amir"),
    ("Anneli", "anneli"),
    ("Arjun", "arjun"),
    ("Astrid", "astrid"),
    ("Aur\u{e9}lie", "aurelie"),
    ("Bastian", "bastian"),
    ("Beatriz", "beatriz"),
    ("Bj\u{f6}rn", "bjoern"),
    ("Blanca", "blanca"),
    ("Bogdan", "bogdan"),
    ("Camille", "camille"),
    ("Cem", "cem"),
    ("Chidi", "chidi"),
    ("Clara", "clara"),
    ("D'Arcy", "darcy"),
    ("Dagny", "dagny"),
    ("Dario", "dario"),
    ("Derya", "derya"),
    ("Diego", "diego"),
    ("Edda", "edda"),
    ("Elif", "elif"),
    ("Emeka", "emeka"),
    ("Enzo", "enzo"),
    ("Esther", "esther"),
    ("Farah", "farah"),
    ("Felix", "felix"),
    ("Fran\u{e7}ois", "francois"),
    ("Freya", "freya"),
    ("Gianna", "gianna"),
    ("Goran", "goran"),
    ("Greta", "greta"),
    ("Hana", "hana"),
    ("Henrik", "henrik"),
    ("Hugo", "hugo"),
    ("Ines", "ines"),
    ("Ismail", "ismail"),
    ("Ivana", "ivana"),
    ("Jana", "jana"),
    ("Jo\u{e3}o", "joao"),
    ("Jonas", "jonas"),
    ("J\u{fc}rgen", "juergen"),
    ("Kaja", "kaja"),
    ("Kofi", "kofi"),
    ("Lars", "lars"),
    ("Leila", "leila"),
    ("Lin", "lin"),
    ("Luc\u{ed}a", "lucia"),
    ("Mads", "mads"),
    ("Maeve", "maeve"),
    ("Marta", "marta"),
    ("Mei", "mei"),
    ("Milan", "milan"),
    ("Nadia", "nadia"),
    ("Nikhil", "nikhil"),
    ("Noor", "noor"),
    ("Olga", "olga"),
    ("Omar", "omar"),
    ("Paolo", "paolo"),
    ("Petra", "petra"),
    ("Priya", "priya"),
    ("Rafael", "rafael"),
    ("Ren\u{e9}e", "renee"),
    ("Rosa", "rosa"),
    ("Sanna", "sanna"),
    ("Sel\u{e7}uk", "selcuk"),
    ("S\u{f8}ren", "soeren"),
    ("Tadeo", "tadeo"),
    ("Tilda", "tilda"),
    ("Tom\u{e1}\u{161}", "tomas"),
    ("Ursula", "ursula"),
    ("Viktor", "viktor"),
    ("Wanda", "wanda"),
    ("Yara", "yara"),
    ("Yusuf", "yusuf"),
    ("Zo\u{eb}", "zoe"),
    ("\u{17b}aneta", "zaneta"),
];

const STEMS: [Name; 40] = [
    ("Ald", "ald"),
    ("Ask", "ask"),
    ("Bel", "bel"),
    ("Bram", "bram"),
    ("Cald", "cald"),
    ("Cor", "cor"),
    ("Dor", "dor"),
    ("Dun", "dun"),
    ("Eber", "eber"),
    ("Elm", "elm"),
    ("Fal", "fal"),
    ("Fen", "fen"),
    ("Gars", "gars"),
    ("Gr\u{fc}n", "gruen"),
    ("Hal", "hal"),
    ("Hol", "hol"),
    ("Ing", "ing"),
    ("Jor", "jor"),
    ("Kel", "kel"),
    ("Kr\u{e4}h", "kraeh"),
    ("Lan", "lan"),
    ("Lind", "lind"),
    ("Mar", "mar"),
    ("Mor", "mor"),
    ("Nor", "nor"),
    ("Os", "os"),
    ("Pem", "pem"),
    ("Quin", "quin"),
    ("Ral", "ral"),
    ("Ros", "ros"),
    ("Sel", "sel"),
    ("Stein", "stein"),
    ("Tam", "tam"),
    ("Thorn", "thorn"),
    ("Ul", "ul"),
    ("Var", "var"),
    ("Wes", "wes"),
    ("Wol", "wol"),
    ("Yar", "yar"),
    ("Zel", "zel"),
];

const ENDINGS: [Name; 30] = [
    ("wick", "wick"),
    ("mere", "mere"),
    ("by", "by"),
    ("stedt", "stedt"),
    ("sen", "sen"),
    ("son", "son"),
    ("ovi\u{107}", "ovic"),
    ("ini", "ini"),
    ("escu", "escu"),
    ("qvist", "qvist"),
    ("str\u{f6}m", "stroem"),
    ("feld", "feld"),
    ("mann", "mann"),
    ("holt", "holt"),
    ("ham", "ham"),
    ("brook", "brook"),
    ("dale", "dale"),
    ("owski", "owski"),
    ("etti", "etti"),
    ("ares", "ares"),
    ("ier", "ier"),
    ("aud", "aud"),
    ("ande", "ande"),
    ("oglu", "oglu"),
    ("enko", "enko"),
    ("ssonov", "ssonov"),
    ("ner", "ner"),
    ("mark", "mark"),
    ("aas", "aas"),
    ("ay", "ay"),
];

/// Whole names of other scripts: they mean sample, example, pattern and the like. The third last name has a letter beyond the first
/// 65,536 of Unicode.
const FAR_NAMES: [(Name, Name); 6] = [
    (("\u{82b1}\u{5b50}", "hanako"), ("\u{898b}\u{672c}", "mihon")),
    (("\u{592a}\u{90ce}", "taro"), ("\u{4f8b}\u{5b50}", "reiko")),
    (("\u{7f8e}\u{54b2}", "misaki"), ("\u{20bb7}\u{898b}", "yoshimi")),
    (("\u{5c0f}\u{660e}", "xiaoming"), ("\u{6837}\u{672c}", "yangben")),
    (("\u{bbfc}\u{c900}", "minjun"), ("\u{acac}\u{bcf8}", "gyeonbon")),
    (
        ("\u{395}\u{3bb}\u{3ad}\u{3bd}\u{3b7}", "eleni"),
        ("\u{3a0}\u{3b1}\u{3c1}\u{3ac}\u{3b4}\u{3b5}\u{3b9}\u{3b3}", "paradeig"),
    ),
];

/// The name of a person: as it is written and as it is in an address, in buffers that are used again for the next one.
#[derive(Debug, Default)]
pub struct PersonName {
    /// The first name.
    pub first: &'static str,
    /// The last name.
    pub last: String,
    /// Both as they are in an address: `jo.aldwick`.
    pub address: String,
}

impl PersonName {
    /// Makes up another one.
    pub fn throw(&mut self, dice: &mut Dice) {
        self.last.clear();
        self.address.clear();
        if dice.chance(15) {
            let (first, last) = dice.pick(&FAR_NAMES);
            self.first = first.0;
            self.last.push_str(last.0);
            self.address.push_str(first.1);
            self.address.push('.');
            self.address.push_str(last.1);
            return;
        }
        let first = dice.pick(&FIRST_NAMES);
        self.first = first.0;
        self.address.push_str(first.1);
        self.address.push('.');
        match dice.below(1000) {
            // O'Aldwick
            0..20 => {
                self.last.push_str("O'");
                self.address.push('o');
                self.add_last(dice);
            }
            // Aldwick-Elmham
            20..60 => {
                self.add_last(dice);
                self.last.push('-');
                self.address.push('-');
                self.add_last(dice);
            }
            _ => self.add_last(dice),
        }
    }

    fn add_last(&mut self, dice: &mut Dice) {
        for part in [dice.pick(&STEMS), dice.pick(&ENDINGS)] {
            self.last.push_str(part.0);
            self.address.push_str(part.1);
        }
    }
}

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
        cities: ["Berlin", "K\u{f6}ln", "Leipzig", "M\u{fc}nchen"],
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
        cities: ["Lyon", "N\u{ee}mes", "Paris", "L'Ha\u{ff}-les-Roses"],
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
    "C\u{f4}te d'Azur",
    "East",
    "Iberia",
    "India",
    "Islands",
    "Midlands",
    "Nordics",
    "North",
    "\u{d6}resund",
    "Oceania",
    "Pacific",
    "S\u{fc}d",
    "South",
    "West",
    "Zentrale",
    "\u{65e5}\u{672c}",
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

    use super::super::dice::Throw;
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

    #[test]
    fn people_have_names_of_many_kinds_and_plain_addresses() {
        let mut name = PersonName::default();
        let mut last_names = Vec::new();
        for number in 1..=20_000 {
            name.throw(&mut Dice::new(1, Throw::Users, number));
            let is_plain = |letter: char| letter.is_ascii_lowercase() || letter == '.' || letter == '-';
            assert!(name.address.chars().all(is_plain), "{}", name.address);
            last_names.push(name.last.clone());
        }
        for sign in ["'", "-", "\u{fc}", "\u{898b}\u{672c}", "\u{20bb7}"] {
            assert!(last_names.iter().any(|last| last.contains(sign)), "{sign}");
        }
        assert!(last_names.iter().collect::<HashSet<_>>().len() > 1500);
    }
}
