//! What each column of a file holds.

use super::flaw::Flaw;
use super::footer::Element;
use crate::DType;

/// Deeper nesting than a list of lists of … numbers needs.
const DEEPEST: usize = 16;

/// A column of the table.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub name: String,
    /// Its numbers, or why it has none that can be used.
    pub leaf: Result<Leaf, String>,
}

/// Where a column's numbers are.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    /// Its index among the chunks of a group.
    pub index: usize,
    pub physical: i32,
    pub kind: Kind,
    /// The definition level of a number that is there.
    pub max_definition: u16,
    /// How many lists are around a number.
    pub depth: u16,
    /// Whether the number itself may be null.
    pub nullable: bool,
}

/// What is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Boolean,
    U8,
    I32,
    U32,
    I64,
    U64,
    F16,
    F32,
    F64,
    Text,
}

impl Kind {
    /// The type of the numbers in memory.
    pub fn dtype(self) -> DType {
        match self {
            Self::Boolean | Self::U8 => DType::U8,
            Self::I32 => DType::I32,
            Self::U32 | Self::I64 | Self::U64 => DType::I64,
            Self::F16 | Self::F32 => DType::F32,
            // The index of a level, among other columns.
            Self::F64 | Self::Text => DType::F64,
        }
    }
}

/// The columns of the table.
pub(super) fn columns(schema: &[Element]) -> Result<Vec<Column>, Flaw> {
    let mut rest = schema.iter();
    let root = rest.next().ok_or_else(|| Flaw::corrupt("it names no columns"))?;
    let mut leaves = 0;
    let mut columns = Vec::new();
    for _ in 0..root.children {
        columns.push(column(&mut rest, &mut leaves)?);
    }
    if rest.next().is_some() {
        return Err(Flaw::corrupt("the tree of columns has loose ends"));
    }
    Ok(columns)
}

/// Reads one column off the list of nodes.
fn column<'a>(rest: &mut impl Iterator<Item = &'a Element>, leaves: &mut usize) -> Result<Column, Flaw> {
    let cut = || Flaw::corrupt("the tree of columns is not complete");
    let top = rest.next().ok_or_else(cut)?;
    let name = top.name.clone();
    let (mut definition, mut depth) = (0, 0);
    let mut problem = None;
    let mut node = top;
    let mut parent: Option<&Element> = None;
    let index = *leaves;
    for _ in 0..DEEPEST {
        definition += u16::from(node.repetition != 0);
        depth += u16::from(node.repetition == 2);
        if node.children == 0 {
            *leaves += 1;
            let nullable = node.repetition == 1;
            let leaf = match problem {
                Some(problem) => Err(problem),
                None => kind(node).map(|(physical, kind)| Leaf {
                    index,
                    physical,
                    kind,
                    max_definition: definition,
                    depth,
                    nullable,
                }),
            };
            return Ok(Column { name, leaf });
        }
        let is_list = node.logical == Some(3) || node.converted == Some(3);
        let is_repeated_of_list = node.repetition == 2 && parent.is_some();
        if node.children > 1 || !(is_list || is_repeated_of_list) {
            let what = if node.logical == Some(2) || matches!(node.converted, Some(1 | 2)) {
                "a map"
            } else {
                "a struct"
            };
            skip(rest, leaves, node.children)?;
            return Ok(Column { name, leaf: Err(format!("holds {what}")) });
        }
        if is_list && node.repetition == 2 {
            problem = Some("is a repeated list".to_owned());
        }
        parent = Some(node);
        node = rest.next().ok_or_else(cut)?;
    }
    Err(Flaw::corrupt(format!("column `{name}` is nested too deeply")))
}

/// Passes over `children` nodes and all below them.
fn skip<'a>(
    rest: &mut impl Iterator<Item = &'a Element>,
    leaves: &mut usize,
    children: usize,
) -> Result<(), Flaw> {
    let mut open = children;
    while open > 0 {
        let node = rest.next().ok_or_else(|| Flaw::corrupt("the tree of columns is not complete"))?;
        *leaves += usize::from(node.children == 0);
        open = (open - 1).saturating_add(node.children);
    }
    Ok(())
}

/// Physical and logical type together say what a number is.
fn kind(leaf: &Element) -> Result<(i32, Kind), String> {
    let physical = leaf.physical.ok_or("has no type")?;
    let refuse = |what: &str| Err(format!("holds {what}"));
    let kind = match (leaf.logical, leaf.converted) {
        (Some(5), _) | (None, Some(5)) => return refuse("decimal numbers"),
        (Some(6), _) | (None, Some(6)) => return refuse("dates"),
        (Some(7), _) | (None, Some(7 | 8)) => return refuse("times of day"),
        (Some(8), _) | (None, Some(9 | 10)) => return refuse("timestamps"),
        (Some(12 | 13 | 16), _) | (None, Some(19 | 20)) => return refuse("documents"),
        (Some(14), _) => return refuse("identifiers (UUID)"),
        (None, Some(21)) => return refuse("intervals of time"),
        (Some(17 | 18), _) => return refuse("geometries"),
        (Some(1 | 4), _) | (None, Some(0 | 4)) if physical == 6 => Kind::Text,
        (Some(15), _) if physical == 7 && leaf.length == 2 => Kind::F16,
        _ => match (physical, integer(leaf)) {
            (0, _) => Kind::Boolean,
            (1, Some((8, false))) => Kind::U8,
            (1, Some((32, false))) => Kind::U32,
            (1, _) => Kind::I32,
            (2, Some((64, false))) => Kind::U64,
            (2, _) => Kind::I64,
            (3, _) => return refuse("timestamps (INT96)"),
            (4, _) => Kind::F32,
            (5, _) => Kind::F64,
            _ => return refuse("bytes"),
        },
    };
    Ok((physical, kind))
}

/// Bits and sign, of either generation of logical types.
fn integer(leaf: &Element) -> Option<(i8, bool)> {
    leaf.integer.or(match leaf.converted? {
        11 => Some((8, false)),
        12 => Some((16, false)),
        13 => Some((32, false)),
        14 => Some((64, false)),
        _ => None,
    })
}
