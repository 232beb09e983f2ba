//! What has to be known of a column before it is read: its words, its nulls, the shape of its lists.

use std::collections::HashMap;

use super::flaw::Flaw;
use super::page::{Block, Cursor, Page, dictionary};
use super::schema::{Kind, Leaf};
use super::table::{GroupAt, position};
use super::values::empty;
use crate::DataError;
use crate::positional::PositionalFile;
use crate::table::MAX_LEVELS;

/// More numbers than any example has.
const LONGEST: usize = 1 << 24;

const BLOCK: usize = 4096;

/// What a pass over a column found.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub has_nulls: bool,
    /// The words, sorted; empty where there are none.
    pub levels: Vec<String>,
    /// The shape of a row; `[]` for a single number.
    pub shape: Vec<usize>,
    /// The repetition level of each number of a row.
    pub pattern: Vec<u32>,
}

impl Scan {
    pub fn new(
        file: &PositionalFile,
        groups: &[GroupAt],
        part: usize,
        name: &str,
        leaf: &Leaf,
    ) -> Result<Self, DataError> {
        let column = Column { file, groups, part, name, leaf };
        let mut scan = Self { pattern: vec![0], ..Self::default() };
        if leaf.depth > 0 {
            scan.pattern = column.first_row()?;
            scan.shape = shape(&scan.pattern, leaf.depth).map_err(|flaw| column.refuse(0, flaw))?;
        }
        column.check_counts(scan.pattern.len())?;
        if leaf.kind == Kind::Text {
            (scan.levels, scan.has_nulls) = column.words()?;
        } else if leaf.nullable && !leaf.kind.dtype().is_float() {
            let known = groups
                .iter()
                .try_fold(0u64, |sum, group| group.pages[part].nulls.map(|nulls| sum.saturating_add(nulls)));
            scan.has_nulls = match known {
                Some(nulls) => nulls > 0,
                None => column.has_nulls()?,
            };
        }
        Ok(scan)
    }
}

/// A column of an open file.
struct Column<'a> {
    file: &'a PositionalFile,
    groups: &'a [GroupAt],
    part: usize,
    name: &'a str,
    leaf: &'a Leaf,
}

impl Column<'_> {
    fn refuse(&self, group: usize, flaw: Flaw) -> DataError {
        flaw.at(self.file.path(), position(self.groups[group].index, self.name))
    }

    /// Visits the numbers of a group in order, until `visit` says that it has seen enough.
    fn visit(
        &self,
        group: usize,
        intern: &mut dyn FnMut(&[u8]) -> Result<i32, Flaw>,
        visit: &mut dyn FnMut(&Block) -> Result<bool, Flaw>,
    ) -> Result<(), DataError> {
        let refuse = |flaw: Flaw| self.refuse(group, flaw);
        let pages = &self.groups[group].pages[self.part];
        let dictionary = pages
            .dictionary
            .map(|at| dictionary(self.file, at, pages.codec, self.leaf.physical, &refuse))
            .transpose()?;
        let values = empty(self.leaf.physical).map_err(refuse)?;
        let mut block = Block { repetition: vec![], definition: vec![], values };
        let mut buffer = Vec::new();
        for &at in &pages.data {
            let page = Page::load(self.file, at, pages.codec, self.leaf, &mut buffer, &refuse)?;
            let mut cursor = Cursor::new(&page, self.leaf).map_err(refuse)?;
            while cursor.left() > 0 {
                let count = cursor.left().min(BLOCK);
                cursor.read(count, &mut block, dictionary.as_ref(), intern).map_err(refuse)?;
                if !visit(&block).map_err(refuse)? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Every row has as many numbers as the first; what follows relies on it.
    fn check_counts(&self, width: usize) -> Result<(), DataError> {
        for (index, group) in self.groups.iter().enumerate() {
            let entries = group.pages[self.part].entries;
            // Lists of equal numbers take few bytes, but not as few as this; see `footer::check`.
            if entries >> 16 > self.file.len() {
                let flaw = format!("{entries} numbers, which {} bytes cannot hold", self.file.len());
                return Err(self.refuse(index, Flaw::corrupt(flaw)));
            }
            if group.rows.checked_mul(width as u64) == Some(entries) {
                continue;
            }
            let counts = format!("{entries} numbers in {} rows", group.rows);
            if self.leaf.depth == 0 {
                return Err(self.refuse(index, Flaw::corrupt(counts)));
            }
            let problem = match self.first_other(index, width)? {
                Some(row) => {
                    format!(
                        "the list of row {row} (counted from 0) does not have the first row's {width} numbers"
                    )
                }
                None => counts,
            };
            let remedy =
                "give every row a list of the same length, or leave the column out with `data.exclude`";
            return Err(self.refuse(index, Flaw::unsupported(problem, remedy)));
        }
        Ok(())
    }

    /// The first row of a group whose list does not have `width` numbers.
    fn first_other(&self, group: usize, width: usize) -> Result<Option<u64>, DataError> {
        let (mut row, mut len, mut found) = (self.groups[group].first, 0, None);
        self.visit(group, &mut |_| Ok(0), &mut |block| {
            for &level in &block.repetition {
                if level == 0 && len > 0 {
                    if len != width {
                        found = Some(row);
                        return Ok(false);
                    }
                    (row, len) = (row + 1, 0);
                }
                len += 1;
            }
            Ok(len <= width)
        })?;
        Ok(found.or((len != width).then_some(row)))
    }

    /// The words of the column, sorted, and whether some are missing.
    fn words(&self) -> Result<(Vec<String>, bool), DataError> {
        let mut known: HashMap<Vec<u8>, i32> = HashMap::new();
        let mut has_nulls = false;
        for group in 0..self.groups.len() {
            let mut intern = |word: &[u8]| {
                if let Some(&index) = known.get(word) {
                    return Ok(index);
                }
                if known.len() == MAX_LEVELS {
                    return Err(Flaw::unsupported(
                        format!("more than {MAX_LEVELS} different words look like free text"),
                        "leave it out with `data.exclude`",
                    ));
                }
                known.insert(word.to_vec(), 0);
                Ok(0)
            };
            let there = u32::from(self.leaf.max_definition);
            self.visit(group, &mut intern, &mut |block| {
                has_nulls |= block.definition.iter().any(|&level| level < there);
                Ok(true)
            })?;
        }
        let words: Result<Vec<String>, _> = known.into_keys().map(String::from_utf8).collect();
        let mut words = words.map_err(|_| self.refuse(0, Flaw::corrupt("a word is not UTF-8 text")))?;
        words.sort();
        Ok((words, has_nulls))
    }

    fn has_nulls(&self) -> Result<bool, DataError> {
        let there = u32::from(self.leaf.max_definition);
        let mut found = false;
        for group in 0..self.groups.len() {
            self.visit(group, &mut |_| Ok(0), &mut |block| {
                found |= block.definition.iter().any(|&level| level < there);
                Ok(!found)
            })?;
            if found {
                break;
            }
        }
        Ok(found)
    }

    /// The repetition levels of the first row.
    fn first_row(&self) -> Result<Vec<u32>, DataError> {
        let least = u32::from(self.leaf.max_definition - u16::from(self.leaf.nullable));
        let mut levels = Vec::new();
        self.visit(0, &mut |_| Ok(0), &mut |block| {
            for (&level, &definition) in block.repetition.iter().zip(&block.definition) {
                if level == 0 && !levels.is_empty() {
                    return Ok(false);
                }
                if definition < least {
                    return Err(Flaw::unsupported(
                        "the list of the first row is missing or empty",
                        "give every row a list of the same length, or leave the column out with `data.exclude`",
                    ));
                }
                levels.push(level);
            }
            if levels.len() > LONGEST {
                return Err(Flaw::corrupt(format!("the list of the first row has more than {LONGEST} numbers")));
            }
            Ok(true)
        })?;
        Ok(levels)
    }
}

/// The extents of nested lists, from the levels of their numbers.
///
/// Of the numbers of a row, those whose level is at most `k` begin a list at depth `k`: there are as
/// many as the product of the first `k` extents.
fn shape(pattern: &[u32], depth: u16) -> Result<Vec<usize>, Flaw> {
    let ragged = || {
        Flaw::unsupported(
            "the lists within the first row differ in length",
            "give them one length, or leave the column out with `data.exclude`",
        )
    };
    let mut shape = Vec::new();
    let mut product = 1;
    for k in 1..=u32::from(depth) {
        let begun = pattern.iter().filter(|&&level| level <= k).count();
        if begun == 0 || !begun.is_multiple_of(product) {
            return Err(ragged());
        }
        shape.push(begun / product);
        product = begun;
    }
    let regular = pattern.iter().enumerate().all(|(at, &level)| {
        let mut rest = at;
        let axis = shape.iter().rposition(|&extent| {
            let within = rest % extent;
            rest /= extent;
            within != 0
        });
        level as usize == axis.map_or(0, |axis| axis + 1)
    });
    if regular { Ok(shape) } else { Err(ragged()) }
}
