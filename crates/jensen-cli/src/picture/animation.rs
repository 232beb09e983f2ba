//! Moving pictures: grey frames as GIF.

use std::io::{self, Write};

use gif::{Encoder, EncodingError, Frame, Repeat};

/// Grey pictures of one size, one after the other, `[frames, height, width]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Animation {
    /// Rows and columns.
    pub size: [u16; 2],
    /// The pictures.
    pub pixels: Vec<u8>,
    /// Hundredths of a second that each is shown; browsers slow down what is below 2.
    pub delay: u16,
}

/// How long the last picture is shown before the animation begins again, in hundredths of a second.
const PAUSE: u16 = 100;

impl Animation {
    /// Writes it as GIF, every grey as it is.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, out: impl Write) -> io::Result<()> {
        let greys: Vec<u8> = (0..=u8::MAX).flat_map(|grey| [grey; 3]).collect();
        let [height, width] = self.size;
        let mut encoder = Encoder::new(out, width, height, &greys).map_err(io_error)?;
        encoder.set_repeat(Repeat::Infinite).map_err(io_error)?;
        let mut pictures = self.pixels.chunks_exact(usize::from(height) * usize::from(width)).peekable();
        while let Some(picture) = pictures.next() {
            let delay = if pictures.peek().is_some() { self.delay } else { self.delay.max(PAUSE) };
            let frame = Frame { delay, width, height, buffer: picture.into(), ..Frame::default() };
            encoder.write_frame(&frame).map_err(io_error)?;
        }
        Ok(())
    }
}

fn io_error(error: EncodingError) -> io::Error {
    match error {
        EncodingError::Io(error) => error,
        other => io::Error::other(other),
    }
}
