//! A copy of a table in which only the missing cells are new.

use std::io;
use std::path::{Path, PathBuf};

use ::csv::{Reader, ReaderBuilder, StringRecord, Terminator, Writer, WriterBuilder};

use super::column::is_missing;
use super::{delimiter, encoding, unreadable};
use crate::DataError;
use crate::atomic::NewFile;
use crate::format::text_of;
use crate::writer::{Compression, Stream};

/// Copies a table of text row by row and fills in cells on the way: every other cell is written as it
/// was read, and the separator stays what it is.
///
/// The file appears at [`finish`](Self::finish) or not at all.
pub struct FilledTable {
    source: PathBuf,
    path: PathBuf,
    reader: Reader<io::Cursor<String>>,
    record: StringRecord,
    names: Vec<String>,
    truth: Vec<Option<[&'static str; 2]>>,
    writer: Writer<Stream>,
}

/// One version of a row: what to put into some of its cells.
#[derive(Clone, Debug, Default)]
pub struct FilledRow {
    /// The cell of the leading column, where there is one.
    pub leading: Option<String>,
    /// Columns of the file, and what is written there.
    pub cells: Vec<(usize, String)>,
}

impl FilledTable {
    /// Begins a copy of `source` at `path`, with one more column in front if `leading` names one.
    ///
    /// `None` if the source is no table of text.
    ///
    /// # Errors
    /// If the source cannot be read or `path` not be written.
    pub fn create(source: &Path, path: &Path, leading: Option<&str>) -> Result<Option<Self>, DataError> {
        let Some(bytes) = text_of(source)? else { return Ok(None) };
        let text = encoding::decode(source, &bytes)?.into_owned();
        let separator = delimiter(&text);
        let mut reader = ReaderBuilder::new()
            .delimiter(separator)
            .flexible(true)
            .has_headers(false)
            .from_reader(io::Cursor::new(text));
        let mut record = StringRecord::new();
        if !reader.read_record(&mut record).map_err(|error| unreadable(source, &error))? {
            return Err(DataError::Empty { name: source.display().to_string() });
        }
        let names: Vec<String> = record.iter().map(|name| name.trim().to_owned()).collect();
        let (start, mut truth) = (reader.position().clone(), vec![None; names.len()]);
        let mut row = StringRecord::new();
        while reader.read_record(&mut row).map_err(|error| unreadable(source, &error))? {
            for (words, cell) in truth.iter_mut().zip(&row) {
                *words = words.or_else(|| words_of_truth(cell.trim()));
            }
        }
        let rewound = reader.seek(start);
        rewound.map_err(|error| unreadable(source, &error))?;
        let (compression, _) = Compression::of(path);
        let unwritable = |source| DataError::Io { action: "write", path: path.to_owned(), source };
        let mut writer = WriterBuilder::new()
            .delimiter(separator)
            .terminator(Terminator::Any(b'\n'))
            .from_writer(Stream::create(path, compression).map_err(unwritable)?);
        writer.write_record(leading.into_iter().chain(&record)).map_err(|error| unwritable(error.into()))?;
        Ok(Some(Self {
            source: source.to_owned(),
            path: path.to_owned(),
            reader,
            record,
            names,
            truth,
            writer,
        }))
    }

    /// The names of the source's columns.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// How a column of `true` and `false` writes them, `[false, true]`; `None` if it does not.
    pub fn truth(&self, column: usize) -> Option<[&'static str; 2]> {
        self.truth.get(column).copied().flatten()
    }

    /// Reads the next row; `false` after the last.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn advance(&mut self) -> Result<bool, DataError> {
        self.reader.read_record(&mut self.record).map_err(|error| unreadable(&self.source, &error))
    }

    /// Whether the row has no value in a column.
    pub fn is_missing(&self, column: usize) -> bool {
        self.record.get(column).is_none_or(|cell| is_missing(cell.trim()))
    }

    /// Writes a version of the row.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn write(&mut self, row: &FilledRow) -> Result<(), DataError> {
        let cell = |(column, cell): (usize, &str)| {
            let filled = row.cells.iter().find(|(at, _)| *at == column);
            filled.map_or_else(|| cell.to_owned(), |(_, filled)| filled.clone())
        };
        let cells = self.record.iter().enumerate().map(cell);
        let written = self.writer.write_record(row.leading.clone().into_iter().chain(cells));
        written.map_err(|error| self.unwritable(error.into()))
    }

    /// Completes the file and puts it in its place.
    ///
    /// # Errors
    /// If the system refuses; the file that was there before is then untouched.
    pub fn finish(self) -> Result<(), DataError> {
        let Self { path, writer, .. } = self;
        let finished = writer
            .into_inner()
            .map_err(::csv::IntoInnerError::into_error)
            .and_then(Stream::finish)
            .and_then(NewFile::replace);
        finished.map_err(|source| DataError::Io { action: "write", path, source })
    }

    fn unwritable(&self, source: io::Error) -> DataError {
        DataError::Io { action: "write", path: self.path.clone(), source }
    }
}

/// `[false, true]` in the case of one of them.
fn words_of_truth(cell: &str) -> Option<[&'static str; 2]> {
    Some(match cell {
        "TRUE" | "FALSE" => ["FALSE", "TRUE"],
        "True" | "False" => ["False", "True"],
        _ if cell.eq_ignore_ascii_case("true") || cell.eq_ignore_ascii_case("false") => ["false", "true"],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_missing_cells_change() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let (source, path) = (folder.path().join("in.csv"), folder.path().join("out.csv"));
        std::fs::write(&source, "id;mass;male;note\nx7; 1.50 ;TRUE;\"a;b\"\nx8;NA;;é\n")?;
        let mut table = FilledTable::create(&source, &path, Some("draw"))?.ok_or("a table")?;
        assert_eq!(table.names(), ["id", "mass", "male", "note"]);
        assert_eq!((table.truth(2), table.truth(1)), (Some(["FALSE", "TRUE"]), None));
        while table.advance()? {
            let missing: Vec<usize> = (0..4).filter(|&column| table.is_missing(column)).collect();
            for draw in 1..=2 {
                let cells = missing.iter().map(|&column| (column, format!("{column}.{draw}"))).collect();
                table.write(&FilledRow { leading: Some(draw.to_string()), cells })?;
            }
        }
        table.finish()?;
        let expected = "draw;id;mass;male;note\n1;x7; 1.50 ;TRUE;\"a;b\"\n2;x7; 1.50 ;TRUE;\"a;b\"\n\
                        1;x8;1.1;2.1;é\n2;x8;1.2;2.2;é\n";
        assert_eq!(std::fs::read_to_string(&path)?, expected);
        Ok(())
    }

    #[test]
    fn what_is_no_text_is_no_table_and_nothing_is_left_behind() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let (source, path) = (folder.path().join("x.bin"), folder.path().join("out.csv"));
        std::fs::write(&source, [1, 2, 3, 0])?;
        assert!(FilledTable::create(&source, &path, None)?.is_none());
        std::fs::write(&source, "a,b\n1,\n")?;
        drop(FilledTable::create(&source, &path, None)?);
        assert_eq!(std::fs::read_dir(folder.path())?.count(), 1);
        Ok(())
    }
}
