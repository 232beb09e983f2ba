//! The `[data.image]` table of a configuration: how pictures of a folder become examples.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::DataError;

/// The longest side that can be asked for; pictures this large are no longer examples of a model.
const LONGEST: usize = 4096;

/// How the pictures of a folder become examples of one shape.
///
/// A picture is turned as its EXIF orientation says, brought to 8 bits, laid over a background where
/// it is transparent, made grey or colour, cropped and resized, in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ImageConfig {
    /// `[height, width]` to which every picture is resized (by a triangle filter); without it all
    /// must have one size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<[usize; 2]>,
    /// What is cut off before resizing where the sides are in another proportion.
    pub crop: Crop,
    /// Whether pictures become grey or colour.
    pub grey: Grey,
    /// What lies behind transparent pixels.
    pub background: Background,
}

/// What is cut off before resizing where the sides are in another proportion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Crop {
    /// Nothing: the picture is stretched.
    #[default]
    None,
    /// All but the largest part in the centre that has the proportion of `size`.
    Centre,
}

/// Whether pictures become grey, `[height, width]`, or colour, `[height, width, 3]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grey {
    /// Grey if all files are stored grey, else colour.
    #[default]
    Auto,
    /// Grey: `0.2126 R + 0.7152 G + 0.0722 B` (ITU-R BT.709).
    Yes,
    /// Colour.
    No,
}

/// What lies behind transparent pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Background {
    /// A picture with a pixel that is not opaque is an error: black ink over black would be nothing.
    #[default]
    Refuse,
    /// Black.
    Black,
    /// White.
    White,
}

impl ImageConfig {
    /// Checks what can be checked without the data.
    ///
    /// # Errors
    /// If a side is zero or too long, or there is a crop without a size.
    pub fn validate(&self) -> Result<(), DataError> {
        match (self.size, self.crop) {
            (Some(size), _) if size.iter().any(|side| !(1..=LONGEST).contains(side)) => {
                Err(DataError::Option {
                    option: "data.image.size",
                    value: format!("{size:?}"),
                    expected: format!("[height, width] in pixels, each from 1 to {LONGEST}"),
                })
            }
            (None, Crop::Centre) => Err(DataError::Option {
                option: "data.image.crop",
                value: "centre".to_owned(),
                expected: "\"none\" without `data.image.size`: the size says the proportion".to_owned(),
            }),
            _ => Ok(()),
        }
    }
}
