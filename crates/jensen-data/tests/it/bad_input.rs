//! Each message names the file, the position and a remedy.

use std::io::Write;

use jensen_data::{Array, DataConfig, DataSpec, Dataset, Field, Preprocessing, Role, Split, write};

use crate::support::{
    assert_says, folder, grey_png, gzip, idx, mnist, npy, open, path, refusal, safetensors, write_all,
    zstandard,
};

#[test]
fn a_missing_file() {
    let message = Dataset::open(&DataSpec::new("no/such/file.npy")).expect_err("no file").to_string();
    assert_says(&message, &["no/such/file.npy", "`digits`", "IDX, npy, npz, safetensors, Parquet or CSV"]);
}

#[cfg(unix)]
#[test]
fn a_device_without_end() {
    let message = Dataset::open(&DataSpec::new("/dev/zero")).expect_err("no file").to_string();
    assert_says(&message, &["/dev/zero", "a pipe or a device"]);
}

#[test]
fn an_empty_file() {
    assert_says(&refusal("empty.csv", b""), &["holds no examples"]);
}

#[test]
fn a_wrong_magic() {
    assert_says(&refusal("model.bin", &[1, 2, 3, 4, 5]), &["byte 0", "wrong magic", "convert it"]);
    assert_says(&refusal("x.idx", &[0, 0, 0x0A, 1, 0, 0, 0, 0]), &["byte 2", "IDX type 0x0A", "08 (u8)"]);
    assert_says(&refusal("x.idx", &[0, 0, 8, 0]), &["byte 3", "no axes"]);
    let mut files = mnist(3, 2);
    files[1].1 = b"hello world".to_vec();
    let folder = write_all(&files);
    let message = open(folder.path()).expect_err("text is no IDX file").to_string();
    assert_says(
        &message,
        &["train-labels-idx1-ubyte", "byte 0", "wrong magic", "check that this is an IDX file"],
    );
}

#[test]
fn a_truncated_idx_file() {
    let whole = idx(8, &[2, 3], &[1, 2, 3, 4, 5, 6]);
    assert_says(
        &refusal("short.idx", &whole[..16]),
        &["byte 16", "truncated", "needs 6 bytes", "4 are there", "again"],
    );
    assert_says(&refusal("shorter.idx", &whole[..7]), &["byte 7", "truncated", "header of 12 bytes"]);
    assert_says(&refusal("long.idx", &[whole, vec![9]].concat()), &["byte 18", "1 bytes follow"]);
}

#[test]
fn a_truncated_or_damaged_compressed_file() {
    let mut whole = gzip(&idx(8, &[40, 30], &(0..1200).map(|i| (i * i % 251) as u8).collect::<Vec<_>>()));
    let cut = whole.len() / 2;
    assert_says(&refusal("short.gz", &whole[..cut]), &["decompressed", "truncated", "again"]);
    whole[cut] ^= 0xFF;
    assert_says(&refusal("damaged.gz", &whole), &["decompressed", "again"]);
}

#[test]
fn a_header_that_promises_more_than_memory_holds() {
    let huge = u32::MAX;
    assert_says(&refusal("huge.idx", &idx(8, &[huge, huge, huge], &[0; 8])), &["larger than any memory"]);
    assert_says(&refusal("large.idx", &idx(8, &[huge, 784], &[0; 8])), &["truncated", "8 are there"]);
    assert_says(&refusal("large.gz", &gzip(&idx(8, &[huge, 784], &[0; 8]))), &["truncated", "8 are there"]);
    let shape = "(4294967296, 4294967296, 4294967296)";
    assert_says(&refusal("huge.npy", &npy("'<f4'", "False", shape, &[0; 8])), &["larger than any memory"]);
    let shape = "(0, 4294967296, 4294967296, 4294967296)";
    assert_says(&refusal("zero.npy", &npy("'<f4'", "True", shape, &[])), &["larger than any memory"]);
    assert_says(&refusal("large.npy", &npy("'<f8'", "False", "(4294967296, 9)", &[0; 8])), &["truncated"]);
    let mut header = b"\x93NUMPY\x02\x00".to_vec();
    header.extend([0xFF; 4]);
    assert_says(&refusal("header.npy", &header), &["truncated", "header"]);
}

#[test]
fn images_and_labels_that_do_not_match() {
    let mut files = mnist(5, 2);
    files[1].1 = idx(8, &[4], &[0, 1, 2, 3]);
    let folder = write_all(&files);
    let message = open(folder.path()).expect_err("5 images, 4 labels").to_string();
    assert_says(
        &message,
        &["train-images-idx3-ubyte", "5 examples", "train-labels-idx1-ubyte", "4", "belong together"],
    );
}

#[test]
fn train_and_test_images_of_different_shape() {
    let mut files = mnist(5, 2);
    files[2].1 = idx(8, &[2, 3, 3], &[0; 18]);
    let folder = write_all(&files);
    let message = open(folder.path()).expect_err("another shape").to_string();
    assert_says(&message, &["t10k-images-idx3-ubyte", "[3, 3]", "[2, 3]", "belong together"]);
}

#[test]
fn a_folder_without_the_files() {
    let none = folder(&[("readme.txt", b"hello")]);
    let message = open(none.path()).expect_err("no data").to_string();
    assert_says(&message, &["no pictures", "`readme.txt`", "four files of MNIST"]);
    let folder = write_all(&mnist(5, 2)[..3]);
    let message = open(folder.path()).expect_err("a file is missing").to_string();
    assert_says(&message, &["t10k-labels-idx1-ubyte is missing", "put it there"]);
}

#[test]
fn files_without_examples() {
    assert_says(&refusal("none.idx", &idx(8, &[0, 28, 28], &[])), &["holds no examples"]);
    assert_says(&refusal("none.npy", &npy("'<f4'", "False", "(0, 3)", &[])), &["holds no examples"]);
    assert_says(&refusal("none.csv", b"a,b\n"), &["holds no examples"]);
    assert_says(&refusal("flat.npy", &npy("'<f4'", "False", "(3, 0)", &[])), &["at least one number"]);
    assert_says(&refusal("one.npy", &npy("'<f4'", "False", "()", &[0; 4])), &["example axis"]);
}

#[test]
fn npy_files_of_other_things() {
    let object = refusal("object.npy", &npy("'|O'", "False", "(2,)", b"\x80\x04pickle"));
    assert_says(&object, &["Python objects", "never unpickled", "astype"]);
    assert_says(
        &refusal("text.npy", &npy("'<U3'", "False", "(1,)", &[0; 12])),
        &["not a real number", "<U3"],
    );
    assert_says(&refusal("complex.npy", &npy("'<c8'", "False", "(1,)", &[0; 8])), &["not a real number"]);
    assert_says(&refusal("records.npy", &npy("[('a', '<f4')]", "False", "(1,)", &[0; 4])), &["structured"]);
    let wide = refusal("wide.npy", &npy("'<u8'", "False", "(2,)", &[[0; 8], [0xFF; 8]].concat()));
    assert_says(&wide, &["byte 136", "larger than 2^63"]);
    let whole = npy("'<i4'", "False", "(3,)", &[0; 12]);
    assert_says(
        &refusal("short.npy", &whole[..whole.len() - 1]),
        &["byte 139", "truncated", "needs 12 bytes"],
    );
    assert_says(&refusal("junk.npy", b"\x93NUMPY\x01\x00\x04\x00oops"), &["names no shape"]);
    // Found by fuzzing: a parser of Python literals took exponential time in the depth.
    let deep = refusal("deep.npy", &npy(&"{".repeat(60), "False", "(2,)", &[0; 8]));
    assert_says(&deep, &["deep.npy", "brackets in each other"]);
}

/// An axis that counts examples is needed of every part.
#[test]
fn parts_that_are_single_numbers() {
    let folder = folder(&[]);
    let file = path(&folder, "x.npz");
    let part = |name: &str, array: &[u8]| (format!("{name}.npy"), array.to_vec());
    let (rows, single) = (npy("'<f4'", "False", "(2, 1)", &[0; 8]), npy("'<f4'", "False", "()", &[0; 4]));
    for (train, test) in [(&rows, &single), (&single, &rows), (&single, &single)] {
        let mut zip = zip::ZipWriter::new(std::fs::File::create(&file).expect("a file"));
        for (name, bytes) in [part("x_train", train), part("x_test", test)] {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("an entry");
            std::io::Write::write_all(&mut zip, &bytes).expect("bytes");
        }
        zip.finish().expect("an archive");
        assert_says(&open(&file).expect_err("refused").to_string(), &["single number"]);
    }
}

#[test]
fn a_damaged_archive() {
    let folder = folder(&[]);
    let file = path(&folder, "x.npz");
    let x = Field::new("x", Role::Observation, vec![50], Array::I32((0..100).map(|i| i * i).collect()))
        .expect("a field");
    write(&file, &[x]).expect("a file");
    let whole = std::fs::read(&file).expect("the archive");
    assert_says(
        &refusal("cut.npz", &whole[..whole.len() / 2]),
        &["zip archive", "truncated or damaged", "again"],
    );
    let mut damaged = whole.clone();
    damaged[whole.len() / 3] ^= 0x55;
    assert_says(&refusal("damaged.npz", &damaged), &["`x`", "again"]);
    let other = write(&file, &[]).and_then(|()| open(&file)).expect_err("no arrays").to_string();
    assert_says(&other, &["x.npz", "no arrays"]);
}

#[test]
fn columns_that_are_asked_for_twice() {
    let folder = folder(&[("t.csv", b"a,b\n1,2\n3,4\n")]);
    let mut spec = DataSpec::new(path(&folder, "t.csv").to_str().expect("a plain path"));
    spec.columns = Some(vec!["a".to_owned(), "a".to_owned()]);
    assert_says(&Dataset::open(&spec).expect_err("refused").to_string(), &["data.columns", "`a` twice"]);
}

/// A comma in a number of a table whose cells are parted by semicolons.
#[test]
fn a_decimal_comma_is_no_separator() {
    let text = "L\u{e4}nge, mm;Breite, mm\n1,5;2,5\n2,5;3,5\n";
    assert_says(&refusal("laenge.csv", text.as_bytes()), &["1,5"]);
}

#[test]
fn columns_that_do_not_exist() {
    let files = folder(&[("t.csv", b"a,b\n1,2\n"), ("x.npy", &npy("'<f4'", "False", "(1, 1)", &[0; 4]))]);
    let choose = |name: &str, columns: Option<&str>, label: Option<&str>| {
        let spec = DataSpec {
            columns: columns.map(|name| vec![name.to_owned()]),
            label_column: label.map(str::to_owned),
            ..DataSpec::new(path(&files, name).display().to_string())
        };
        Dataset::open(&spec).expect_err("no such column").to_string()
    };
    assert_says(&choose("t.csv", Some("c"), None), &["t.csv", "`c`", "`a`, `b`"]);
    assert_says(&choose("t.csv", None, Some("class")), &["t.csv", "`class`", "`a`, `b`"]);
    assert_says(&choose("x.npy", Some("c"), None), &["x.npy", "`c`", "no named columns"]);
}

#[test]
fn tables_that_are_not_tables() {
    assert_says(&refusal("ragged.csv", b"a,b\n1,2\n3\n"), &["line 3", "1 cells", "2 columns"]);
    assert_says(
        &refusal("text.csv", b"a,b\n1,2\n3,red\n"),
        &["line 3, column `b`", "`red` is not a number", "1 of the other cells", "data.exclude"],
    );
    assert_says(&refusal("headless.csv", b"1,2\n3,4\n"), &["line 1", "only numbers", "name for each column"]);
    assert_says(&refusal("twice.csv", b"a,a\n3,4\n"), &["line 1", "named `a`"]);
    assert_says(&refusal("latin.csv", b"a,b\n1,\xE9\n"), &["line 2", "byte E9", "UTF-8", "iconv"]);
}

#[test]
fn labels_that_are_no_classes() {
    for (cell, bad) in
        [("red", false), ("1.5", true), ("", true), ("NA", true), ("3.0", false), ("-4", false)]
    {
        let files = folder(&[("t.csv", format!("a,y\n1,{cell}\n").as_bytes())]);
        let source = path(&files, "t.csv").display().to_string();
        let read = Dataset::open(&DataSpec { label_column: Some("y".into()), ..DataSpec::new(source) });
        match read {
            Err(error) if bad => {
                assert_says(&error.to_string(), &["t.csv", "line 2, column `y`", "the label", "a class"]);
            }
            Ok(_) if !bad => {}
            other => panic!("{cell}: {other:?}"),
        }
    }
}

#[test]
fn fields_that_do_not_belong_together() {
    let field = |name: &str, n: usize| {
        Field::new(name, Role::Observation, vec![], Array::U8(vec![0; n])).expect("a field")
    };
    let message =
        Dataset::from_fields("pair", vec![field("x", 3), field("y", 2)]).expect_err("3 and 2").to_string();
    assert_says(&message, &["`x` has 3", "`y` has 2"]);
    let message = Field::new("x", Role::Observation, vec![4], Array::U8(vec![0; 6]))
        .expect_err("6 is not 4k")
        .to_string();
    assert_says(&message, &["`x`", "6 numbers", "[4]"]);
    let files = folder(&[]);
    let message =
        write(&path(&files, "z.csv"), &[field("x", 3), field("y", 2)]).expect_err("3 and 2").to_string();
    assert_says(&message, &["`x` has 3", "`y` has 2"]);
}

#[test]
fn text_in_other_encodings() {
    let table = "größe,farbe\n1.5,grün\n2.5,weiß\n";
    let utf16 = |swap: bool| {
        let units = std::iter::once(0xFEFF).chain(table.encode_utf16());
        units.flat_map(|unit| if swap { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect::<Vec<u8>>()
    };
    let marked = [b"\xEF\xBB\xBF", table.as_bytes()].concat();
    for bytes in [table.as_bytes().to_vec(), marked, utf16(false), utf16(true)] {
        let files = folder(&[("t.csv", &bytes)]);
        let read = open(&path(&files, "t.csv")).expect("a table");
        assert_eq!(read.fields()[0].feature_names, ["größe", "farbe"]);
        assert_eq!(read.fields()[0].levels[&1], ["grün", "weiß"]);
    }
    assert_says(&refusal("odd.csv", &utf16(false)[..21]), &["UTF-16", "not all of it", "UTF-8"]);
    let latin: Vec<u8> = table.chars().map(|c| c as u8).collect();
    assert_says(&refusal("latin.csv", &latin), &["line 1", "byte F6", "UTF-8", "iconv -f LATIN1"]);
}

#[test]
fn words_where_numbers_are_modelled() {
    let files = folder(&[("t.csv", b"a,colour\n1,red\n2,\n3,blue\n")]);
    let data = open(&path(&files, "t.csv")).expect("a table");
    let rows = data.rows(jensen_data::Split::All).expect("rows");
    let fitted = jensen_data::Preprocessing::fit(&jensen_data::DataConfig::default(), &data, &rows);
    let message = fitted.expect_err("words").to_string();
    assert_says(&message, &["t.csv", "`colour`", "`blue`", "--likelihood table", "data.exclude"]);
}

#[test]
fn archives_of_other_things() {
    let npz = |members: &[(&str, Vec<u8>)]| {
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, content) in members {
            archive.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a member");
            archive.write_all(content).expect("memory takes it");
        }
        refusal("x.npz", &archive.finish().expect("an archive").into_inner())
    };
    let bytes = |n: usize| npy("'|u1'", "False", &format!("({n},)"), &vec![0; n]);
    let object = npy("'|O'", "False", "(2,)", b"\x80\x04pickle");
    assert_says(&npz(&[("x.npy", object)]), &["x.npz/x.npy", "Python objects", "never unpickled"]);
    let message = npz(&[("x.npy", bytes(3)), ("y.npy", bytes(2))]);
    assert_says(&message, &["x of", "3 examples", "y of", "2", "belong together"]);
    let message = npz(&[("x_train.npy", bytes(3)), ("x_test.npy", npy("'<f4'", "False", "(1,)", &[0; 4]))]);
    assert_says(&message, &["x_test", "f32", "u8", "belong together"]);
    let message = npz(&[("x.npy", bytes(3)), ("x_train.npy", bytes(3))]);
    assert_says(&message, &["x_train", "the same part of `x`", "data.columns"]);
    assert_says(&npz(&[("x.npy", bytes(3)[..130].to_vec())]), &["x.npy", "byte 130", "truncated"]);
    assert_says(&npz(&[("x.npy", b"hello".to_vec())]), &["x.npy", "npy"]);
    assert_says(&npz(&[("x.npy", bytes(0))]), &["holds no examples"]);
    assert_says(&npz(&[("readme.txt", b"hello".to_vec())]), &["no arrays"]);
}

#[test]
fn compressed_files_of_other_things() {
    for compress in [gzip, zstandard] {
        assert_says(&refusal("x.dat", &compress(&[1, 2, 3, 4])), &["byte 0", "wrong magic", "convert it"]);
        assert_says(&refusal("x.dat", &compress(b"")), &["holds no examples"]);
        assert_says(&refusal("x.dat", &compress(b"a,b\n1\n")), &["line 2", "1 cells", "2 columns"]);
        assert_says(&refusal("x.dat", &compress(&idx(8, &[9], &[0; 8]))), &["truncated", "8 are there"]);
        let object = npy("'|O'", "False", "(2,)", b"\x80\x04pickle");
        assert_says(&refusal("x.dat", &compress(&object)), &["Python objects"]);
    }
}

#[test]
fn a_single_picture() {
    let file = grey_png(1, 1, &[0]);
    assert_says(&refusal("x.png", &file), &["a single picture", "give the folder"]);
}

/// A path that the system refuses: one that leads through a file, and one without permission, which
/// does not stop root.
#[cfg(unix)]
#[test]
fn a_path_that_cannot_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let files = folder(&[("a.csv", b"a\n1\n"), ("secret.npy", b"?")]);
    let message = open(&path(&files, "a.csv/x.npy")).expect_err("a file is no folder").to_string();
    assert_says(&message, &["cannot read", "a.csv/x.npy"]);
    let secret = path(&files, "secret.npy");
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o000)).expect("permissions");
    if std::fs::File::open(&secret).is_err() {
        let message = open(&secret).expect_err("no permission").to_string();
        assert_says(&message, &["cannot read", "secret.npy", "ermission"]);
    }
}

/// NaN in an array is refused when it is prepared, and named by row and position.
#[test]
fn numbers_that_are_none() {
    for value in [f32::NAN, f32::INFINITY] {
        let numbers: Vec<u8> = [0.0, 1.0, 2.0, value].iter().flat_map(|x: &f32| x.to_le_bytes()).collect();
        let header = r#"{"x": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}}"#;
        for (name, file) in [
            ("x.npy", npy("'<f4'", "False", "(2, 2)", &numbers)),
            ("x.npy.zst", zstandard(&npy("'<f4'", "False", "(2, 2)", &numbers))),
            ("x.safetensors", safetensors(header, &numbers)),
        ] {
            let files = folder(&[(name, &file)]);
            let data = open(&path(&files, name)).expect("the file itself is well formed");
            let rows = data.rows(Split::Train).expect("rows");
            let refused = Preprocessing::fit(&DataConfig::default(), &data, &rows).expect_err("not finite");
            assert_says(&refused.to_string(), &[name, "`x`", &value.to_string(), "row 1", "[1]", "remove"]);
        }
    }
}
