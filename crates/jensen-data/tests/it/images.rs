//! Folders of pictures.

use image::{DynamicImage, ImageFormat, RgbaImage};
use jensen_data::{
    Access, Array, Background, Crop, DType, DataError, DataSpec, Dataset, Field, Grey, ImageConfig, Role,
    Split,
};
use proptest::collection::vec;
use proptest::prelude::*;
use tempfile::TempDir;

use crate::support::{assert_says, encoded, grey_png, open, tree, whole};

fn with(folder: &TempDir, image: ImageConfig) -> Result<Dataset, DataError> {
    Dataset::open(&DataSpec { image, ..DataSpec::new(folder.path().display().to_string()) })
}

fn refused(folder: &TempDir) -> String {
    open(folder.path()).expect_err("the folder is bad").to_string()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn lossless_pictures_give_back_their_bytes(
        (height, width, bytes) in (1u32..9, 1u32..9).prop_flat_map(|(h, w)| (Just(h), Just(w), vec(any::<u8>(), (h * w * 3) as usize)))
    ) {
        let colour = image::RgbImage::from_raw(width, height, bytes.clone()).expect("as many bytes");
        let colour = DynamicImage::ImageRgb8(colour);
        let grey = bytes[..(height * width) as usize].to_vec();
        for format in [ImageFormat::Png, ImageFormat::WebP] {
            let folder = tree(&[("a.picture", encoded(&colour, format))]);
            let data = open(folder.path()).expect("a data set");
            prop_assert_eq!(&data.fields()[0].shape, &vec![height as usize, width as usize, 3]);
            prop_assert_eq!(whole(&data), Array::U8(bytes.clone()));
        }
        let folder = tree(&[("a.png", grey_png(height, width, &grey))]);
        let data = open(folder.path()).expect("a data set");
        prop_assert_eq!(&data.fields()[0].shape, &vec![height as usize, width as usize]);
        prop_assert_eq!(data.fields()[0].dtype, DType::U8);
        prop_assert_eq!(whole(&data), Array::U8(grey));
    }
}

#[test]
fn class_folders_are_labels_and_files_are_sorted_by_path() {
    let one = |value| grey_png(1, 1, &[value]);
    let folder = tree(&[
        ("zebra/2.png", one(1)),
        ("ant/b/10.png", one(2)),
        ("ant/9.png", one(3)),
        ("ant/10.png", one(4)),
        ("ant/names.txt", b"not a picture".to_vec()),
        ("ant/.hidden.png", b"not looked at".to_vec()),
        ("__MACOSX/zebra/._2.png", b"not looked at".to_vec()),
    ]);
    let data = open(folder.path()).expect("a data set");
    assert_eq!(whole(&data), Array::U8(vec![4, 3, 2, 1]));
    let labels = data.field(Role::Label).expect("labels");
    assert_eq!(labels.levels[&0], ["ant", "zebra"]);
    let batch = data.read(&[0, 1, 2, 3]).expect("rows");
    assert_eq!(batch.labels(), Some(vec![0, 0, 0, 1]));
    assert_eq!(batch.field(Role::Label).map(Field::spec), Some(labels));
    assert_eq!(data.split(Split::Test), None);
}

#[test]
fn folders_called_train_valid_and_test_are_splits() {
    let one = |value| grey_png(1, 1, &[value]);
    let folder = tree(&[
        ("test/b/x.png", one(1)),
        ("train/a/x.png", one(2)),
        ("train/b/x.png", one(3)),
        ("val/a/x.png", one(4)),
    ]);
    let data = open(folder.path()).expect("a data set");
    let of = |split| whole_of(&data, split);
    assert_eq!((of(Split::Train), of(Split::Valid), of(Split::Test)), (vec![2, 3], vec![4], vec![1]));
    assert_eq!(data.read(&[0, 1, 2, 3]).expect("rows").labels(), Some(vec![0, 1, 0, 1]));

    // Without `train` they are classes like any other.
    let folder = tree(&[("test/x.png", one(1)), ("other/x.png", one(2))]);
    let data = open(folder.path()).expect("a data set");
    assert_eq!(data.field(Role::Label).expect("labels").levels[&0], ["other", "test"]);
}

fn whole_of(data: &Dataset, split: Split) -> Vec<u8> {
    let rows: Vec<u64> = data.rows(split).expect("a split").iter().collect();
    match data.read(&rows).expect("rows").field(Role::Observation).map(Field::array) {
        Some(Array::U8(bytes)) => bytes.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn pictures_are_cropped_and_resized() {
    // Three vertical stripes of 2 pixels: black, grey, white; 2 rows.
    let row = [0, 0, 100, 100, 255, 255];
    let folder = tree(&[("stripes.png", grey_png(2, 6, &[row, row].concat()))]);
    let centre = ImageConfig { size: Some([1, 1]), crop: Crop::Centre, ..ImageConfig::default() };
    assert_eq!(whole(&with(&folder, centre).expect("a data set")), Array::U8(vec![100]));
    let stretched = ImageConfig { size: Some([1, 3]), ..ImageConfig::default() };
    let Array::U8(pixels) = whole(&with(&folder, stretched).expect("a data set")) else { panic!("not u8") };
    assert!(pixels[0] < 30 && (80..150).contains(&pixels[1]) && pixels[2] > 220, "{pixels:?}");
    // A constant picture stays constant under any resizing.
    let folder = tree(&[("flat.png", grey_png(7, 5, &[77; 35]))]);
    let larger = ImageConfig { size: Some([9, 13]), ..ImageConfig::default() };
    assert_eq!(whole(&with(&folder, larger).expect("a data set")), Array::U8(vec![77; 117]));
    let config = ImageConfig { size: Some([0, 3]), ..ImageConfig::default() };
    assert_says(
        &with(&folder, config).expect_err("no pixels").to_string(),
        &["data.image.size", "[0, 3]", "1 to"],
    );
    let config = ImageConfig { crop: Crop::Centre, ..ImageConfig::default() };
    assert_says(
        &with(&folder, config).expect_err("no size").to_string(),
        &["data.image.crop", "data.image.size"],
    );
}

#[test]
fn grey_and_colour() {
    let red = DynamicImage::ImageRgb8(image::RgbImage::from_pixel(1, 1, image::Rgb([255, 0, 0])));
    let folder = tree(&[("a.png", grey_png(1, 1, &[9])), ("b.png", encoded(&red, ImageFormat::Png))]);
    // One colour picture makes all of them colour.
    assert_eq!(whole(&open(folder.path()).expect("a data set")), Array::U8(vec![9, 9, 9, 255, 0, 0]));
    let grey = ImageConfig { grey: Grey::Yes, ..ImageConfig::default() };
    assert_eq!(whole(&with(&folder, grey).expect("a data set")), Array::U8(vec![9, 54])); // 0.2126 · 255
    let folder = tree(&[("a.png", grey_png(1, 1, &[9]))]);
    let colour = ImageConfig { grey: Grey::No, ..ImageConfig::default() };
    assert_eq!(whole(&with(&folder, colour).expect("a data set")), Array::U8(vec![9, 9, 9]));
}

#[test]
fn sixteen_bits_become_eight() {
    let wide = image::ImageBuffer::from_raw(3, 1, vec![0u16, 257 * 130, 65535]).expect("3 pixels");
    let folder = tree(&[("a.png", encoded(&DynamicImage::ImageLuma16(wide), ImageFormat::Png))]);
    assert_eq!(whole(&open(folder.path()).expect("a data set")), Array::U8(vec![0, 130, 255]));
}

#[test]
fn transparency_needs_a_background() {
    let half = DynamicImage::ImageRgba8(RgbaImage::from_pixel(1, 1, image::Rgba([200, 100, 0, 51])));
    let folder = tree(&[("half.png", encoded(&half, ImageFormat::Png))]);
    assert_says(
        &refused(&folder),
        &["half.png", "row 0, column 0", "transparent", "data.image.background=white"],
    );
    // α = 0.2
    for (background, expected) in
        [(Background::Black, vec![40, 20, 0]), (Background::White, vec![244, 224, 204])]
    {
        let data = with(&folder, ImageConfig { background, ..ImageConfig::default() }).expect("a data set");
        assert_eq!(whole(&data), Array::U8(expected));
    }
    let opaque = DynamicImage::ImageRgba8(RgbaImage::from_pixel(1, 1, image::Rgba([200, 100, 0, 255])));
    let folder = tree(&[("opaque.png", encoded(&opaque, ImageFormat::Png))]);
    assert_eq!(whole(&open(folder.path()).expect("a data set")), Array::U8(vec![200, 100, 0]));
}

#[test]
fn a_photograph_is_turned_upright() {
    // Black over white, and EXIF orientation 6: to be turned by 90° clockwise, so white is left.
    let pixels = [[0u8; 8 * 16], [255; 8 * 16]].concat();
    let upright = image::GrayImage::from_raw(8, 32, pixels).expect("32 rows of 8");
    let jpeg = encoded(&DynamicImage::ImageLuma8(upright), ImageFormat::Jpeg);
    let exif = b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let mut turned = jpeg[..2].to_vec();
    turned.extend([0xFF, 0xE1, 0, (exif.len() + 2) as u8]);
    turned.extend(exif);
    turned.extend(&jpeg[2..]);
    let folder = tree(&[("photo.jpg", turned)]);
    let data = open(folder.path()).expect("a data set");
    assert_eq!(data.fields()[0].shape, [8, 32]);
    let Array::U8(pixels) = whole(&data) else { panic!("not u8") };
    assert!(pixels[0] > 250 && pixels[31] < 5, "{pixels:?}");
}

#[test]
fn pictures_of_different_sizes_need_one() {
    let folder = tree(&[("a.png", grey_png(2, 3, &[0; 6])), ("b.png", grey_png(3, 2, &[0; 6]))]);
    assert_says(&refused(&folder), &["b.png", "3×2", "a.png", "2×3", "--set data.image.size=[32,32]"]);
    let config = ImageConfig { size: Some([4, 4]), ..ImageConfig::default() };
    assert_eq!(with(&folder, config).expect("a data set").len(), 2);
}

#[test]
fn damaged_pictures_are_named() {
    let bytes: Vec<u8> = (0..40 * 40).map(|i| (i * i % 251) as u8).collect();
    let picture = image::GrayImage::from_raw(40, 40, bytes.clone()).expect("40 rows of 40");
    let picture = DynamicImage::ImageLuma8(picture);
    for (name, format) in
        [("a.png", ImageFormat::Png), ("a.jpg", ImageFormat::Jpeg), ("a.webp", ImageFormat::WebP)]
    {
        let picture = if format == ImageFormat::WebP { picture.to_rgb8().into() } else { picture.clone() };
        let file = encoded(&picture, format);
        // What is cut off at the very end may be padding.
        for keep in (0..file.len() - file.len() / 8).step_by(file.len() / 24) {
            assert_says(
                &refused(&tree(&[(name, file[..keep].to_vec())])),
                &[name, "picture", "out of the folder"],
            );
        }
    }
    assert_says(&refused(&tree(&[("a.png", b"GIF89a no".to_vec())])), &["a.png", "cannot be decoded"]);
}

#[test]
fn a_header_that_promises_too_many_pixels() {
    // A PNG of 65535×65535 grey pixels, whose header is right and whose pixels are missing.
    let mut png = grey_png(1, 1, &[0]);
    let header = [&65535u32.to_be_bytes()[..], &65535u32.to_be_bytes(), &[8, 0, 0, 0, 0]].concat();
    png[16..29].copy_from_slice(&header);
    let mut crc = flate2::Crc::new();
    crc.update(&png[12..29]);
    png[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    assert_says(&refused(&tree(&[("bomb.png", png)])), &["bomb.png", "65535×65535", "67108864"]);
}

#[test]
fn folders_that_are_no_data_sets() {
    let one = || grey_png(1, 1, &[0]);
    assert_says(&refused(&tree(&[])), &["holds no files", "PNG, JPEG or WebP"]);
    let text = refused(&tree(&[("b.npy", vec![1]), ("a.npy", vec![2])]));
    assert_says(&text, &["no pictures", "2 other files", "`a.npy`", "folder/*.npy"]);
    let mixed = refused(&tree(&[("a/x.png", one()), ("y.png", one())]));
    assert_says(&mixed, &["y.png", "no class folder", "a/x.png", "every picture"]);
    let split = refused(&tree(&[("train/x.png", one()), ("more/y.png", one())]));
    assert_says(&split, &["more/y.png", "`train`, `valid` and `test`", "the folder of its split"]);
    let twice = refused(&tree(&[("train/x.png", one()), ("val/y.png", one()), ("valid/z.png", one())]));
    assert_says(&twice, &["`val` and `valid` are the same split"]);
    let unread = refused(&tree(&[("a.png", one()), ("b.gif", b"GIF89a".to_vec())]));
    assert_says(&unread, &["b.gif", "not read (gif)", "convert it"]);
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_back_is_refused() {
    let folder = tree(&[("a/x.png", grey_png(1, 1, &[0]))]);
    std::os::unix::fs::symlink(folder.path(), folder.path().join("a/again")).expect("a link");
    assert_says(&refused(&folder), &["a/again", "link", "remove"]);
}

#[test]
fn pictures_that_stay_in_their_files_are_the_same() {
    let files: Vec<_> = (0..9).map(|i| (format!("{}/{i}.png", i % 2), grey_png(1, 1, &[i]))).collect();
    let files: Vec<_> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    let folder = tree(&files);
    let image = ImageConfig { size: Some([3, 2]), ..ImageConfig::default() };
    let of = |access| {
        let source = folder.path().display().to_string();
        Dataset::open(&DataSpec { image, access, ..DataSpec::new(source) }).expect("a data set")
    };
    let (memory, file) = (of(Access::Memory), of(Access::File));
    assert_eq!(memory.fields(), file.fields());
    let rows = [8, 0, 3, 3];
    let (memory, in_file) = (memory.read(&rows).expect("rows"), file.read(&rows).expect("rows"));
    assert_eq!(memory.fields(), in_file.fields());
    std::fs::write(folder.path().join("1/3.png"), b"other").expect("a file");
    assert_says(&file.read(&[5, 6]).expect_err("no picture").to_string(), &["1/3.png", "cannot be decoded"]);
    std::fs::remove_file(folder.path().join("1/3.png")).expect("it was there");
    assert_says(&file.read(&[6]).expect_err("no file").to_string(), &["1/3.png", "cannot read"]);
}
