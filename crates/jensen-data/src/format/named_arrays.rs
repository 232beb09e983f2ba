//! Arrays with names in one file, of which some make up a data set.

use std::collections::BTreeMap;
use std::path::Path;

use super::NdArray;
use crate::{DataError, DataSpec, Dataset, Field, Role, weight};

/// Train, valid, test.
const PARTS: [&[&str]; 3] = [&["train"], &["valid", "val"], &["test"]];

/// The data set of the arrays `names`, which `load` reads.
///
/// Arrays are told by name: `x`, `data`, `images`, … are observations, `y`, `labels` labels, and
/// each role has its own; `x_train`, `x_valid`, `x_test` are its splits. The only array of a file
/// is observed whatever its name. `spec` chooses by name instead.
pub(crate) fn open(
    path: &Path,
    mut names: Vec<String>,
    spec: &DataSpec,
    mut load: impl FnMut(&str) -> Result<NdArray, DataError>,
) -> Result<Dataset, DataError> {
    names.sort();
    let mut fields: BTreeMap<String, (Role, [Option<String>; 3])> = BTreeMap::new();
    let mut unread = Vec::new();
    for name in &names {
        let (base, part) = base_and_part(name);
        if let Some(role) = choose(name, base, names.len(), spec) {
            let (_, parts) = fields.entry(base.to_owned()).or_insert((role, [None, None, None]));
            if let Some(other) = parts[part].replace(name.clone()) {
                return Err(DataError::Malformed {
                    path: path.to_owned(),
                    position: "names".to_owned(),
                    problem: format!("the arrays `{other}` and `{name}` are the same part of `{base}`"),
                    remedy: "rename one, or name the one array to observe with `data.columns`".to_owned(),
                });
            }
        } else if spec.columns.is_none()
            && ![name, base].iter().any(|it| spec.exclude.iter().any(|x| x == it))
        {
            unread.push(name.clone());
        }
    }
    check_choice(path, &names, &fields, spec)?;

    let mut loaded = Vec::new();
    let mut sizes: Option<(String, [usize; 3])> = None;
    for (base, (role, parts)) in fields {
        let mut whole: Option<NdArray> = None;
        let mut own = [0; 3];
        for (size, name) in own.iter_mut().zip(&parts) {
            let Some(name) = name else { continue };
            let array = load(name)?;
            *size = array.rows().unwrap_or(0);
            match &mut whole {
                None => whole = Some(array),
                Some(whole) => whole.append(array, [path, &path.join(name)])?,
            }
        }
        match &sizes {
            None => sizes = Some((base.clone(), own)),
            Some((first, sizes)) => {
                if let Some(part) = (0..3).find(|&part| sizes[part] != own[part]) {
                    let called = |base: &str| match part {
                        0 => format!("{base} of {}", path.display()),
                        _ => format!("{base}_{} of {}", PARTS[part][0], path.display()),
                    };
                    return Err(DataError::CountMismatch {
                        first: called(first),
                        first_rows: sizes[part],
                        second: called(&base),
                        second_rows: own[part],
                    });
                }
            }
        }
        if let Some(whole) = whole {
            let field = whole.into_field(path, &base, role)?;
            // One that was not asked for is checked by who reads it: to others it may be no weight.
            if role == Role::Weight && spec.weight_column.is_some() {
                let name = path.display().to_string();
                weight::check_field(&name, field.spec())?;
                weight::check_values(&name, &base, 0, &field.array().to_f64())?;
            }
            loaded.push(field);
        }
    }
    let [train, valid, _] = sizes.map_or([0; 3], |(_, sizes)| sizes);
    let dataset = Dataset::from_fields(&path.display().to_string(), loaded)?;
    Ok(dataset.with_split_sizes(train, valid).with_unread(unread))
}

/// The data set of arrays in memory.
pub(crate) fn of_arrays(spec: &DataSpec, arrays: Vec<Field>) -> Result<Dataset, DataError> {
    let path = Path::new(&spec.source);
    let names: Vec<String> = arrays.iter().map(|field| field.spec().name.clone()).collect();
    let mut arrays: BTreeMap<String, Field> = names.iter().cloned().zip(arrays).collect();
    open(path, names, spec, |name| {
        let field = arrays.remove(name).expect("each of the names is asked for once");
        let shape = [&[field.rows()], &field.spec().shape[..]].concat();
        Ok(NdArray { shape, array: field.into_array() })
    })
}

/// `x_test` and `test_x` are part 2 of `x`; what names no part is part 0.
fn base_and_part(name: &str) -> (&str, usize) {
    for (part, words) in PARTS.iter().enumerate() {
        for word in *words {
            let suffix = name.strip_suffix(word).and_then(|base| base.strip_suffix('_'));
            let prefix = name.strip_prefix(word).and_then(|base| base.strip_prefix('_'));
            if let Some(base) = suffix.or(prefix) {
                return (base, part);
            }
        }
    }
    (name, 0)
}

/// The role of an array, or `None` if it is not part of the data set.
fn choose(name: &str, base: &str, arrays: usize, spec: &DataSpec) -> Option<Role> {
    let is = |asked: &String| asked == name || asked == base;
    if spec.exclude.iter().any(is) {
        return None;
    }
    if spec.target_columns.iter().any(is) {
        return Some(Role::Target);
    }
    if spec.weight_column.as_ref().is_some_and(is) {
        return Some(Role::Weight);
    }
    if spec.label_column.as_ref().is_some_and(is) {
        return Some(Role::Label);
    }
    if let Some(columns) = &spec.columns {
        return columns.iter().any(is).then_some(Role::Observation);
    }
    if arrays == 1 {
        return Some(Role::Observation);
    }
    match base {
        "x" | "X" | "data" | "image" | "images" | "features" | "observation" | "observations" | "samples"
        | "arr_0" => Some(Role::Observation),
        "y" | "label" | "labels" if spec.label_column.is_none() => Some(Role::Label),
        "c" | "condition" | "conditions" => Some(Role::Condition),
        "target" | "targets" if spec.target_columns.is_empty() => Some(Role::Target),
        "action" | "actions" => Some(Role::Action),
        "next_observation" | "next_observations" => Some(Role::NextObservation),
        "weight" | "weights" if spec.weight_column.is_none() => Some(Role::Weight),
        "mask" | "masks" => Some(Role::Mask),
        _ => None,
    }
}

/// Every array that was asked for must be there, and exactly one must be observed.
fn check_choice(
    path: &Path,
    names: &[String],
    fields: &BTreeMap<String, (Role, [Option<String>; 3])>,
    spec: &DataSpec,
) -> Result<(), DataError> {
    let available = || match names {
        [] => "no arrays".to_owned(),
        _ => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
    };
    spec.check_roles()?;
    let asked = spec.columns.iter().flatten().chain(&spec.label_column).chain(&spec.exclude);
    for asked in asked.chain(&spec.target_columns).chain(&spec.weight_column) {
        if !names.iter().any(|name| name == asked || base_and_part(name).0 == asked) {
            return Err(DataError::UnknownColumn {
                path: path.to_owned(),
                column: asked.clone(),
                available: available(),
            });
        }
    }
    let of = |wanted: Role| -> Vec<&str> {
        let fields = fields.iter().filter(|(_, (role, _))| *role == wanted);
        fields.map(|(base, _)| base.as_str()).collect()
    };
    let (observed, targets) = (of(Role::Observation), of(Role::Target));
    if targets.len() > 1 {
        return Err(DataError::Malformed {
            path: path.to_owned(),
            position: "archive".to_owned(),
            problem: format!("the arrays {} could all be the target", targets.join(", ")),
            remedy: "put what is to be predicted into one array, and name it with `data.target_columns`"
                .to_owned(),
        });
    }
    let problem = match observed[..] {
        [_] => return Ok(()),
        [] => format!("no array is named as observations (`x`, `data`, `images`, …); it has {}", available()),
        _ => format!("the arrays {} could all be the observations", observed.join(", ")),
    };
    Err(DataError::Malformed {
        path: path.to_owned(),
        position: "archive".to_owned(),
        problem,
        remedy: "name the one array to observe with `data.columns`".to_owned(),
    })
}
