//! What can be wrong with the numbers a picture is asked to show.

/// A picture that cannot be drawn, and what to change so that it can.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// There is nothing to show.
    #[error("there is nothing to draw in {what}: it has no examples; give at least one")]
    Empty {
        /// Which picture.
        what: &'static str,
    },
    /// The number of values is no multiple of the size of one example.
    #[error("{values} values are not a whole number of examples of {shape} ({size} values each)")]
    Ragged {
        /// How many values were given.
        values: usize,
        /// The shape of one example, for the message.
        shape: String,
        /// Values in one example.
        size: usize,
    },
    /// Two lists that must be equally long are not.
    #[error("{what}: {left} and {right} must be the same number")]
    Mismatch {
        /// Which two things.
        what: &'static str,
        /// Length of the first.
        left: usize,
        /// Length of the second.
        right: usize,
    },
    /// A symmetric eigenvalue problem did not converge, or the numbers were not finite.
    #[error("the principal components of {rows} points in {dims} dimensions could not be computed: {why}")]
    Pca {
        /// Number of points.
        rows: usize,
        /// Number of dimensions.
        dims: usize,
        /// What the solver said.
        why: String,
    },
    /// The drawing backend failed; writing into memory should not.
    #[error("drawing failed: {0}")]
    Draw(String),
    /// The PNG encoder failed.
    #[error("a picture of {width}×{height} pixels could not be written as PNG: {source}")]
    Png {
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
        /// What the encoder said.
        source: image::ImageError,
    },
}
