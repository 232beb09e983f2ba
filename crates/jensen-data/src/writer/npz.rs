//! NumPy's `.npz`: a zip archive of `.npy` files.

use std::io::{self, BufWriter, Seek, Write};
use std::path::Path;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{Encoder, npy};
use crate::atomic::NewFile;
use crate::{Field, FieldSpec};

/// The files of an archive come one after the other; so the first goes straight to it, and the
/// others wait beside it.
struct Npz {
    archive: ZipWriter<BufWriter<NewFile>>,
    rest: Vec<(FieldSpec, BufWriter<NewFile>)>,
    rows: usize,
}

pub(super) fn encoder(path: &Path, specs: &[FieldSpec], rows: usize) -> io::Result<Box<dyn Encoder>> {
    let mut archive = ZipWriter::new(BufWriter::new(NewFile::beside(path)?));
    let mut rest = Vec::new();
    if let [first, others @ ..] = specs {
        start(&mut archive, first, rows)?;
        for (index, spec) in others.iter().enumerate() {
            let waiting = path.with_extension(format!("npz-{}", index + 1));
            rest.push((spec.clone(), BufWriter::new(NewFile::beside(&waiting)?)));
        }
    }
    Ok(Box::new(Npz { archive, rest, rows }))
}

/// Begins an array of the archive.
fn start(archive: &mut ZipWriter<impl Write + Seek>, spec: &FieldSpec, rows: usize) -> io::Result<()> {
    // Numbers that cannot be compressed become a little longer; from 4 GiB on an entry has to say so.
    let bytes = rows as u64 * spec.features() as u64 * spec.dtype.size() as u64;
    let options = SimpleFileOptions::default().large_file(bytes > 4_000_000_000);
    archive.start_file(format!("{}.npy", spec.name), options)?;
    npy::header(archive, spec, rows)
}

impl Encoder for Npz {
    fn append(&mut self, fields: &[Field]) -> io::Result<()> {
        let Some((first, others)) = fields.split_first() else { return Ok(()) };
        npy::numbers(&mut self.archive, first.array())?;
        for (field, (_, waiting)) in others.iter().zip(&mut self.rest) {
            npy::numbers(waiting, field.array())?;
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> io::Result<NewFile> {
        let Self { mut archive, rest, rows } = *self;
        for (spec, waiting) in rest {
            let mut file = waiting.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.rewind()?;
            start(&mut archive, &spec, rows)?;
            io::copy(&mut file, &mut archive)?;
        }
        archive.finish()?.into_inner().map_err(io::IntoInnerError::into_error)
    }
}
