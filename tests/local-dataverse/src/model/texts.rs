//! The texts of a row in one piece of memory.

/// So many texts, each of which can be null. A row with a box for each of its texts spends as much on the boxes as on the
/// texts, and whoever reads it runs after each of them through memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Texts<const N: usize> {
    /// All of them, one behind the other.
    joined: Box<str>,
    /// Where each one ends. The columns' limits keep the whole far below 64 kB.
    ends: [u16; N],
    /// Which ones are not null, by bit.
    given: u32,
}

impl<const N: usize> Default for Texts<N> {
    fn default() -> Self {
        Self { joined: Box::default(), ends: [0; N], given: 0 }
    }
}

impl<const N: usize> Texts<N> {
    /// These texts.
    pub fn new(texts: [Option<&str>; N]) -> Self {
        let mut made = Self::default();
        let mut joined = String::with_capacity(texts.iter().flatten().map(|text| text.len()).sum());
        for (place, text) in texts.into_iter().enumerate() {
            if let Some(text) = text {
                joined.push_str(text);
                made.given |= 1 << place;
            }
            debug_assert!(joined.len() <= usize::from(u16::MAX), "texts of {} bytes", joined.len());
            made.ends[place] = joined.len() as u16;
        }
        made.joined = joined.into_boxed_str();
        made
    }

    /// One of the texts.
    pub fn get(&self, place: usize) -> Option<&str> {
        if self.given & (1 << place) == 0 {
            return None;
        }
        let start = if place == 0 { 0 } else { self.ends[place - 1] };
        self.joined.get(usize::from(start)..usize::from(self.ends[place]))
    }

    /// Puts a text in the place of one.
    pub fn set(&mut self, place: usize, text: Option<&str>) {
        let mut texts = std::array::from_fn(|other| self.get(other));
        texts[place] = text;
        *self = Self::new(texts);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_what_they_were_set_to() {
        let mut texts = Texts::<3>::default();
        assert_eq!([texts.get(0), texts.get(1), texts.get(2)], [None; 3]);
        texts.set(1, Some("b\u{e9}"));
        texts.set(0, Some(""));
        texts.set(2, Some("c"));
        assert_eq!([texts.get(0), texts.get(1), texts.get(2)], [Some(""), Some("b\u{e9}"), Some("c")]);
        assert_eq!(texts, Texts::new([Some(""), Some("b\u{e9}"), Some("c")]));
        texts.set(1, None);
        assert_eq!([texts.get(0), texts.get(1), texts.get(2)], [Some(""), None, Some("c")]);
        assert_ne!(texts, Texts::new([None, None, Some("c")]));
    }
}
