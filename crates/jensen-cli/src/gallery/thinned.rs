//! A series of any length in bounded memory.

/// Every `k`th of the items that pass by, and the last: `k` doubles when there are too many.
#[derive(Debug)]
pub(super) struct Thinned<T> {
    most: usize,
    every: usize,
    seen: usize,
    kept: Vec<T>,
    last: Option<T>,
}

impl<T> Thinned<T> {
    /// Keeps between `most / 2` and `most` items of a long series, all of a short one.
    pub fn new(most: usize) -> Self {
        Self { most, every: 1, seen: 0, kept: Vec::new(), last: None }
    }

    /// Takes the next item.
    pub fn push(&mut self, item: T) {
        self.last = None;
        if self.seen.is_multiple_of(self.every) {
            self.kept.push(item);
        } else {
            self.last = Some(item);
        }
        self.seen += 1;
        if self.kept.len() > self.most {
            let mut position = 0..;
            self.kept.retain(|_| position.next().is_some_and(|at: usize| at.is_multiple_of(2)));
            self.every *= 2;
        }
    }

    /// What is left, in its order.
    pub fn into_vec(mut self) -> Vec<T> {
        self.kept.extend(self.last);
        self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_series_is_thinned_evenly_and_keeps_its_ends() {
        for length in [0, 1, 7, 8, 9, 100, 12_345] {
            let mut series = Thinned::new(8);
            (0..length).for_each(|item| series.push(item));
            let kept = series.into_vec();
            assert!(kept.len() <= 9 && kept.len() >= length.min(5), "{length}: {kept:?}");
            assert_eq!(kept.first().copied(), (length > 0).then_some(0));
            if length > 8 {
                let gap = kept[1] - kept[0];
                assert!(kept[..kept.len() - 1].windows(2).all(|pair| pair[1] - pair[0] == gap), "{kept:?}");
                assert!(kept[kept.len() - 1] + gap > length - 1, "{kept:?}");
            } else {
                assert_eq!(kept, (0..length).collect::<Vec<_>>());
            }
        }
    }
}
