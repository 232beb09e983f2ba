//! Data sets with named fields, file formats, binarisation and batching.
