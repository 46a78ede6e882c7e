//! What generated people are called. They are made up: their last names are put together from parts.

use super::dice::Dice;

/// A name as it is written, and as it is in an e-mail address.
type Name = (&'static str, &'static str);

const FIRST_NAMES: [&str; 80] = [
    "Abena",
    "Adrian",
    "Aiko",
    "Alma",
    "Amir",
    "Anneli",
    "Arjun",
    "Astrid",
    "Aurélie",
    "Bastian",
    "Beatriz",
    "Björn",
    "Blanca",
    "Bogdan",
    "Camille",
    "Cem",
    "Chidi",
    "Clara",
    "D'Arcy",
    "Dagny",
    "Dario",
    "Derya",
    "Diego",
    "Edda",
    "Elif",
    "Emeka",
    "Enzo",
    "Esther",
    "Farah",
    "Felix",
    "François",
    "Freya",
    "Gianna",
    "Goran",
    "Greta",
    "Hana",
    "Henrik",
    "Hugo",
    "Ines",
    "Ismail",
    "Ivana",
    "Jana",
    "João",
    "Jonas",
    "Jürgen",
    "Kaja",
    "Kofi",
    "Lars",
    "Leila",
    "Lin",
    "Lucía",
    "Mads",
    "Maeve",
    "Marta",
    "Mei",
    "Milan",
    "Nadia",
    "Nikhil",
    "Noor",
    "Olga",
    "Omar",
    "Paolo",
    "Petra",
    "Priya",
    "Rafael",
    "Renée",
    "Rosa",
    "Sanna",
    "Selçuk",
    "Søren",
    "Tadeo",
    "Tilda",
    "Tomáš",
    "Ursula",
    "Viktor",
    "Wanda",
    "Yara",
    "Yusuf",
    "Zoë",
    "Żaneta",
];

const STEMS: [&str; 40] = [
    "Ald", "Ask", "Bel", "Bram", "Cald", "Cor", "Dor", "Dun", "Eber", "Elm", "Fal", "Fen", "Gars", "Grün", "Hal",
    "Hol", "Ing", "Jor", "Kel", "Kräh", "Lan", "Lind", "Mar", "Mor", "Nor", "Os", "Pem", "Quin", "Ral", "Ros", "Sel",
    "Stein", "Tam", "Thorn", "Ul", "Var", "Wes", "Wol", "Yar", "Zel",
];

const ENDINGS: [&str; 30] = [
    "wick", "mere", "by", "stedt", "sen", "son", "ović", "ini", "escu", "qvist", "ström", "feld", "mann", "holt",
    "ham", "brook", "dale", "owski", "etti", "ares", "ier", "aud", "ande", "oglu", "enko", "ssonov", "ner", "mark",
    "aas", "ay",
];

/// Whole names of other scripts: they mean sample, example, pattern and the like. The third last name has a letter beyond the first
/// 65,536 of Unicode.
const FAR_NAMES: [(Name, Name); 6] = [
    (("花子", "hanako"), ("見本", "mihon")),
    (("太郎", "taro"), ("例子", "reiko")),
    (("美咲", "misaki"), ("𠮷見", "yoshimi")),
    (("小明", "xiaoming"), ("样本", "yangben")),
    (("민준", "minjun"), ("견본", "gyeonbon")),
    (("Ελένη", "eleni"), ("Παράδειγ", "paradeig")),
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
        self.first = FIRST_NAMES[dice.place(FIRST_NAMES.len())];
        push_plain(&mut self.address, self.first);
        self.address.push('.');
        match dice.below(1000) {
            // O'Aldwick
            0..20 => {
                self.last.push_str("O'");
                self.add_last(dice);
            }
            // Aldwick-Elmham
            20..60 => {
                self.add_last(dice);
                self.last.push('-');
                self.add_last(dice);
            }
            _ => self.add_last(dice),
        }
        push_plain(&mut self.address, &self.last);
    }

    fn add_last(&mut self, dice: &mut Dice) {
        self.last.push_str(STEMS[dice.place(STEMS.len())]);
        self.last.push_str(ENDINGS[dice.place(ENDINGS.len())]);
    }
}

/// Appends a name as it is in an address.
fn push_plain(address: &mut String, name: &str) {
    for letter in name.chars() {
        match letter {
            'ä' => address.push_str("ae"),
            'ö' | 'ø' => address.push_str("oe"),
            'ü' => address.push_str("ue"),
            'á' | 'ã' => address.push('a'),
            'ç' | 'ć' => address.push('c'),
            'é' | 'ë' => address.push('e'),
            'í' => address.push('i'),
            'š' => address.push('s'),
            'Ż' => address.push('z'),
            '\'' => {}
            letter => address.push(letter.to_ascii_lowercase()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::dice::Throw;
    use super::*;

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
        for sign in ["'", "-", "ü", "見本", "𠮷"] {
            assert!(last_names.iter().any(|last| last.contains(sign)), "{sign}");
        }
        assert!(last_names.iter().collect::<HashSet<_>>().len() > 1500);
    }
}
