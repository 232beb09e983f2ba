//! One picture file: what its header says, and its pixels as 8-bit numbers.

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read, Seek};
use std::path::Path;

use image::metadata::Orientation;
use image::{DynamicImage, GenericImageView, ImageDecoder, ImageError, ImageReader, Limits, imageops};

use crate::{Background, Crop, DataError, ImageConfig};

/// A picture of more pixels is refused: decoding one takes up to 4 bytes a pixel, 256 MiB.
const MOST_PIXELS: u64 = 1 << 26;
/// What a decoder may hold at a time.
const MOST_MEMORY: u64 = 1 << 28;
/// A longer file is no picture of so few pixels.
const MOST_BYTES: u64 = 1 << 28;
/// Where headers end but for pictures with long colour profiles or previews.
const HEADER: u64 = 1 << 18;

/// What is known of a picture without decoding it, after turning it upright.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub height: u32,
    pub width: u32,
    pub colours: Colours,
}

/// How a picture is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Colours {
    Grey,
    Colour,
}

/// Reads no more of the file than its header takes.
pub(super) fn header(path: &Path) -> Result<Header, DataError> {
    let file = open(path)?;
    let mut begin = Vec::new();
    file.take(HEADER).read_to_end(&mut begin).map_err(|source| io(path, source))?;
    // The decoder of JPEG reads to the end of what it is given, so it is given little first.
    match decoder(path, Cursor::new(begin)).and_then(|decoder| header_of(path, decoder)) {
        Err(_) => header_of(path, decoder(path, BufReader::new(open(path)?))?),
        header => header,
    }
}

/// The pixels as `[height, width]` or `[height, width, 3]` bytes, in row-major order.
pub(super) fn pixels(path: &Path, config: &ImageConfig, colours: Colours) -> Result<Vec<u8>, DataError> {
    let mut bytes = Vec::new();
    open(path)?.take(MOST_BYTES).read_to_end(&mut bytes).map_err(|source| io(path, source))?;
    if bytes.starts_with(&[0xFF, 0xD8]) && !jpeg_is_whole(&bytes) {
        return Err(damaged(path, "it ends before the end of its pixels: the file is truncated"));
    }
    let mut decoder = decoder(path, Cursor::new(bytes))?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| undecodable(path, &error))?;
    picture.apply_orientation(orientation);
    let picture = lay_over_background(path, picture, config.background)?;
    Ok(match colours {
        Colours::Grey => {
            resized(&DynamicImage::ImageLuma8(picture.into_luma8()), config).into_luma8().into_raw()
        }
        Colours::Colour => {
            resized(&DynamicImage::ImageRgb8(picture.into_rgb8()), config).into_rgb8().into_raw()
        }
    })
}

fn open(path: &Path) -> Result<File, DataError> {
    let file = File::open(path).map_err(|source| io(path, source))?;
    let length = file.metadata().map_err(|source| io(path, source))?.len();
    match length {
        0 => Err(damaged(path, "it is empty")),
        _ if length > MOST_BYTES => Err(damaged(
            path,
            &format!("it is {length} bytes long, more than the {MOST_BYTES} that are read"),
        )),
        _ => Ok(file),
    }
}

fn decoder<'a>(path: &Path, bytes: impl BufRead + Seek + 'a) -> Result<impl ImageDecoder + 'a, DataError> {
    let mut reader = ImageReader::new(bytes).with_guessed_format().map_err(|source| io(path, source))?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(|error| undecodable(path, &error))?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 || pixels > MOST_PIXELS || decoder.total_bytes() > MOST_MEMORY {
        return Err(DataError::Malformed {
            path: path.to_owned(),
            position: "header".to_owned(),
            problem: format!(
                "the picture is {height}×{width} pixels, but 1 to {MOST_PIXELS} that take at most {} MiB are read",
                MOST_MEMORY >> 20
            ),
            remedy: "make it smaller with a picture editor".to_owned(),
        });
    }
    Ok(decoder)
}

fn header_of(path: &Path, mut decoder: impl ImageDecoder) -> Result<Header, DataError> {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    let (width, height) = decoder.dimensions();
    let colours = if decoder.color_type().has_color() { Colours::Colour } else { Colours::Grey };
    match decoder.orientation().map_err(|error| undecodable(path, &error))? {
        Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH => {
            Ok(Header { height: width, width: height, colours })
        }
        _ => Ok(Header { height, width, colours }),
    }
}

/// `α x + (1 − α) background`, in 8 bits.
fn lay_over_background(
    path: &Path,
    picture: DynamicImage,
    background: Background,
) -> Result<DynamicImage, DataError> {
    if !picture.color().has_alpha() {
        return Ok(picture);
    }
    let mut pixels = picture.into_rgba8();
    let behind = match background {
        Background::Black => 0,
        Background::White => 255,
        Background::Refuse => {
            return match pixels.enumerate_pixels().find(|(_, _, pixel)| pixel[3] != 255) {
                None => Ok(DynamicImage::ImageRgba8(pixels)),
                Some((x, y, _)) => Err(DataError::Malformed {
                    path: path.to_owned(),
                    position: format!("pixel in row {y}, column {x}"),
                    problem: "it is transparent, and nothing says what is behind it".to_owned(),
                    remedy: "choose with `--set data.image.background=white` or `black`".to_owned(),
                }),
            };
        }
    };
    for pixel in pixels.pixels_mut() {
        let [colour @ .., alpha] = &mut pixel.0;
        for value in colour {
            let mixed = u32::from(*value) * u32::from(*alpha) + behind * u32::from(255 - *alpha);
            *value = ((mixed + 127) / 255) as u8;
        }
        *alpha = 255;
    }
    Ok(DynamicImage::ImageRgba8(pixels))
}

fn resized(picture: &DynamicImage, config: &ImageConfig) -> DynamicImage {
    let Some([height, width]) = config.size.map(|size| size.map(|side| side as u32)) else {
        return picture.clone();
    };
    let (own_width, own_height) = picture.dimensions();
    let (mut crop_width, mut crop_height) = (own_width, own_height);
    if config.crop == Crop::Centre {
        let scaled = |side: u32, by: u32, of: u32| {
            ((u64::from(side) * u64::from(by) + u64::from(of) / 2) / u64::from(of)).max(1) as u32
        };
        crop_width = own_width.min(scaled(own_height, width, height));
        crop_height = own_height.min(scaled(own_width, height, width));
    }
    let (left, top) = ((own_width - crop_width) / 2, (own_height - crop_height) / 2);
    let cropped = picture.crop_imm(left, top, crop_width, crop_height);
    if (crop_width, crop_height) == (width, height) {
        return cropped;
    }
    // A triangle as wide as the scale: averages when it shrinks, and never overshoots.
    cropped.resize_exact(width, height, imageops::FilterType::Triangle)
}

/// Whether a JPEG goes on to its end-of-image marker; the decoder paints what is missing grey.
///
/// ITU-T T.81, B.1.1: markers are `FF` and a byte, segments say their length; in coded pixels `FF` is
/// followed by `00` or a restart marker.
fn jpeg_is_whole(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let Some(found) = bytes.get(at..).and_then(|rest| rest.iter().position(|&byte| byte == 0xFF)) {
        at += found + 1;
        match bytes.get(at) {
            Some(0xD9) => return true,
            Some(0x00 | 0x01 | 0xD0..=0xD8) => at += 1,
            Some(0xFF) => {} // padding before a marker
            Some(_) => {
                let Some(length) = bytes.get(at + 1..).and_then(<[u8]>::first_chunk) else { return false };
                at += 1 + usize::from(u16::from_be_bytes(*length));
            }
            None => return false,
        }
    }
    false
}

fn undecodable(path: &Path, error: &ImageError) -> DataError {
    match error {
        ImageError::Limits(_) => DataError::Malformed {
            path: path.to_owned(),
            position: "picture".to_owned(),
            problem: format!("decoding it would take more than {} MiB", MOST_MEMORY >> 20),
            remedy: "make it smaller with a picture editor".to_owned(),
        },
        _ => damaged(path, &format!("it cannot be decoded ({error})")),
    }
}

pub(super) fn damaged(path: &Path, problem: &str) -> DataError {
    DataError::Malformed {
        path: path.to_owned(),
        position: "picture".to_owned(),
        problem: problem.to_owned(),
        remedy: "mend it, copy it again or take it out of the folder".to_owned(),
    }
}

fn io(path: &Path, source: std::io::Error) -> DataError {
    DataError::Io { action: "read", path: path.to_owned(), source }
}
