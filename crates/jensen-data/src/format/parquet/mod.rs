//! Apache Parquet: a table of columns, in groups of rows.
//!
//! <https://parquet.apache.org/docs/file-format/>. Columns of numbers, truth values or words are the
//! features of one observation; a column of lists of one length is an observation by itself.

mod compression;
mod delta;
mod flaw;
mod footer;
mod hybrid;
mod page;
mod scan;
mod scatter;
mod schema;
mod table;
mod thrift;
mod values;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use flaw::Flaw;
use footer::Footer;
use page::Pages;
use scan::Scan;
use schema::{Column, Kind, Leaf};
use table::{GroupAt, Part, Table, position};

use crate::positional::PositionalFile;
use crate::{DType, DataError, DataSpec, Dataset, FieldSpec, Role};

/// What pandas calls the names of rows, which are not data.
const ROW_NAMES: &str = "__index_level_";

/// The data set in an open file.
pub(crate) fn open(file: PositionalFile, spec: &DataSpec) -> Result<Dataset, DataError> {
    let file = Arc::new(file);
    let path = file.path().to_owned();
    let name = path.display().to_string();
    let footer = footer::read(&file)?;
    let columns = schema::columns(&footer.schema).map_err(|flaw| flaw.at(&path, "footer"))?;
    let Chosen { observed, targets, weight, label } = choose(&path, &columns, spec)?;
    if footer.rows == 0 {
        return Err(DataError::Empty { name });
    }
    let chosen: Vec<&Column> = observed.iter().chain(&targets).copied().chain(weight).chain(label).collect();
    let leaves: Vec<(&str, Leaf)> = chosen
        .iter()
        .map(|column| leaf(&path, column).map(|leaf| (column.name.as_str(), leaf)))
        .collect::<Result<_, _>>()?;
    let groups = find_pages(&file, &footer, &leaves)?;
    let scans = leaves
        .iter()
        .enumerate()
        .map(|(part, (name, leaf))| Scan::new(&file, &groups, part, name, leaf))
        .collect::<Result<Vec<_>, _>>()?;
    let counts = [observed.len(), targets.len(), usize::from(weight.is_some())];
    let (specs, parts) = fields(&path, leaves, scans, counts)?;
    let table = Table::new(file, specs, parts, groups);
    table.check_weights()?;
    if table.size().is_none_or(|size| spec.access.stays_in_file(size)) {
        return Ok(Dataset::from_source(&name, Arc::new(table)));
    }
    Dataset::from_fields(&name, table.load()?)
}

/// Which columns are for what.
struct Chosen<'a> {
    observed: Vec<&'a Column>,
    targets: Vec<&'a Column>,
    weight: Option<&'a Column>,
    label: Option<&'a Column>,
}

fn choose<'a>(path: &Path, columns: &'a [Column], spec: &DataSpec) -> Result<Chosen<'a>, DataError> {
    let listed = || columns.iter().map(|column| format!("`{}`", column.name)).collect::<Vec<_>>().join(", ");
    let find = |asked: &String| {
        columns.iter().find(|column| column.name == *asked).ok_or_else(|| DataError::UnknownColumn {
            path: path.to_owned(),
            column: asked.clone(),
            available: listed(),
        })
    };
    spec.check_roles()?;
    let targets: Vec<&Column> = spec.target_columns.iter().map(find).collect::<Result<_, _>>()?;
    let weight = spec.weight_column.as_ref().map(find).transpose()?;
    let is_set_apart = |column: &Column| spec.is_set_apart(&column.name);
    let label = match (&spec.label_column, &spec.columns) {
        (Some(name), _) => Some(find(name)?),
        (None, Some(_)) => None,
        // As in CSV, a column of this name is not something to be explained.
        (None, None) => columns
            .iter()
            .find(|column| matches!(column.name.as_str(), "label" | "labels") && !is_set_apart(column)),
    };
    let observed: Vec<&Column> = match &spec.columns {
        Some(names) => names.iter().map(find).collect::<Result<_, _>>()?,
        None => columns
            .iter()
            .filter(|column| label.is_none_or(|label| label.name != column.name))
            .filter(|column| !column.name.starts_with(ROW_NAMES))
            .collect(),
    };
    for name in &spec.exclude {
        find(name)?;
    }
    // Later, columns are told by their names alone.
    let mut known = HashSet::new();
    if let Some(column) = columns.iter().find(|column| !known.insert(&column.name)) {
        return Err(Flaw::unsupported(
            format!("two columns are named `{}`", column.name),
            "give each column a name of its own",
        )
        .at(path, "schema"));
    }
    let is_kept = |column: &Column| !spec.exclude.contains(&column.name);
    let observed: Vec<&Column> =
        observed.into_iter().filter(|column| is_kept(column) && !is_set_apart(column)).collect();
    if observed.is_empty() {
        return Err(spec.nothing_observed(&listed()));
    }
    Ok(Chosen { observed, targets, weight, label: label.filter(|column| is_kept(column)) })
}

/// Where the numbers of a chosen column are.
fn leaf(path: &Path, column: &Column) -> Result<Leaf, DataError> {
    let refuse = |problem: String, remedy: &str| {
        Flaw::unsupported(problem, remedy).at(path, format!("column `{}`", column.name))
    };
    let leaf = column.leaf.clone().map_err(|problem| {
        refuse(
            format!("it {problem}, which is not read"),
            "convert it to numbers, or leave it out with `data.exclude`",
        )
    })?;
    if leaf.kind == Kind::Text && leaf.depth > 0 {
        return Err(refuse(
            "it holds lists of words, which are not read".to_owned(),
            "leave it out with `data.exclude`",
        ));
    }
    Ok(leaf)
}

fn find_pages(
    file: &PositionalFile,
    footer: &Footer,
    leaves: &[(&str, Leaf)],
) -> Result<Vec<GroupAt>, DataError> {
    let mut groups = Vec::new();
    let mut first = 0;
    for (index, group) in footer.groups.iter().enumerate() {
        if group.rows == 0 {
            continue;
        }
        let mut pages = Vec::new();
        for (name, leaf) in leaves {
            let refuse = |flaw: Flaw| flaw.at(file.path(), position(index, name));
            let chunk = group.chunks.get(leaf.index).filter(|chunk| chunk.physical == leaf.physical);
            let chunk = chunk.ok_or_else(|| refuse(Flaw::corrupt("the group does not have this column")))?;
            pages.push(Pages::find(file, chunk, &refuse)?);
        }
        groups.push(GroupAt { index, first, rows: group.rows, pages });
        first += group.rows;
    }
    Ok(groups)
}

/// The fields that the columns are, and where each column goes.
fn fields(
    path: &Path,
    leaves: Vec<(&str, Leaf)>,
    scans: Vec<Scan>,
    [observed, targets, weights]: [usize; 3],
) -> Result<(Vec<FieldSpec>, Vec<Part>), DataError> {
    let refuse = |column: &str, problem: String, remedy: &str| {
        Flaw::unsupported(problem, remedy).at(path, format!("column `{column}`"))
    };
    if observed > 1
        && let Some((name, _)) = leaves[..observed].iter().find(|(_, leaf)| leaf.depth > 0)
    {
        return Err(refuse(
            name,
            format!("it holds lists, but {} other columns are observed too", observed - 1),
            "name that column alone, or the columns without lists, with `data.columns`",
        ));
    }
    let of_targets = observed..observed + targets;
    let of_weights = of_targets.end..of_targets.end + weights;
    if let Some((name, _)) = leaves[observed..of_weights.end].iter().find(|(_, leaf)| leaf.depth > 0) {
        return Err(refuse(
            name,
            "it holds lists, of which none can be a target or a weight".to_owned(),
            "give each number a column of its own",
        ));
    }
    let dtype_of = |(_, leaf): &(&str, Leaf), scan: &Scan| match leaf.kind.dtype() {
        dtype if scan.has_nulls && !dtype.is_float() => DType::F64,
        dtype => dtype,
    };
    let dtypes: Vec<DType> = leaves.iter().zip(&scans).map(|(leaf, scan)| dtype_of(leaf, scan)).collect();
    let common = |dtypes: &[DType]| {
        let one = dtypes.iter().copied().reduce(|one, other| if one == other { one } else { DType::F64 });
        one.unwrap_or(DType::F64)
    };
    let names = |leaves: &[(&str, Leaf)]| leaves.iter().map(|(name, _)| (*name).to_owned()).collect();
    let is_list = leaves[0].1.depth > 0;
    let mut specs = vec![FieldSpec {
        name: if is_list { leaves[0].0.to_owned() } else { "columns".to_owned() },
        role: Role::Observation,
        dtype: common(&dtypes[..observed]),
        shape: if is_list { scans[0].shape.clone() } else { vec![observed] },
        feature_names: if is_list { vec![] } else { names(&leaves[..observed]) },
        levels: BTreeMap::new(),
    }];
    if targets > 0 {
        specs.push(FieldSpec {
            name: "targets".to_owned(),
            role: Role::Target,
            dtype: common(&dtypes[of_targets.clone()]),
            shape: vec![targets],
            feature_names: names(&leaves[of_targets.clone()]),
            levels: BTreeMap::new(),
        });
    }
    let mut parts = Vec::new();
    for (index, ((name, leaf), scan)) in leaves.into_iter().zip(scans).enumerate() {
        let (is_weight, is_label) = (of_weights.contains(&index), index == of_weights.end);
        if is_weight {
            specs.push(of_one_number(name, Role::Weight, dtypes[index]));
        }
        if is_label {
            if leaf.depth > 0 || matches!(leaf.kind.dtype(), DType::F32) || leaf.kind == Kind::F64 {
                return Err(refuse(
                    name,
                    "a label is a whole number, a truth value or a word, but the column holds others"
                        .to_owned(),
                    "convert it, or choose another with `data.label_column`",
                ));
            }
            if scan.has_nulls {
                return Err(refuse(
                    name,
                    "some labels are missing".to_owned(),
                    "remove those rows, or leave the column out with `data.exclude`",
                ));
            }
            specs.push(of_one_number(name, Role::Label, DType::I64));
        }
        let (field, offset) = match index {
            _ if is_weight || is_label => (specs.len() - 1, 0),
            _ if of_targets.contains(&index) => (1, index - observed),
            _ => (0, index),
        };
        if leaf.kind == Kind::Text {
            specs[field].levels.insert(offset, scan.levels.clone());
        }
        let levels: HashMap<Vec<u8>, i32> =
            scan.levels.into_iter().map(String::into_bytes).zip(0..).collect();
        parts.push(Part { name: name.to_owned(), leaf, field, offset, pattern: scan.pattern, levels });
    }
    Ok((specs, parts))
}

/// A field of a column by itself.
fn of_one_number(name: &str, role: Role, dtype: DType) -> FieldSpec {
    let (feature_names, levels) = (vec![], BTreeMap::new());
    FieldSpec { name: name.to_owned(), role, dtype, shape: vec![], feature_names, levels }
}
