//! Rows of a file in the order of an epoch, read window by window.

use std::ops::Range;

use crate::order::WindowedOrder;
use crate::{Array, Batch, DataError, Dataset, Field, FieldSpec, Rows};

/// Bytes of examples that a window holds at most; two are in memory at once.
const WINDOW: usize = 16 << 20;

/// How many rows of a data set a window holds.
pub(crate) fn window_rows(fields: &[FieldSpec]) -> usize {
    let numbers: usize = fields.iter().map(|field| field.features() * field.dtype.size()).sum();
    (WINDOW / (numbers + size_of::<usize>())).max(1) // a row and its place in the order
}

/// Reads the rows that a [`WindowedOrder`] asks for: from the window in memory, while the next one is
/// loaded little by little, so that a batch waits for few reads.
#[derive(Debug)]
pub(crate) struct WindowReader {
    dataset: Dataset,
    rows: Rows,
    order: WindowedOrder,
    current: Option<Window>,
    next: Option<Window>,
}

impl WindowReader {
    pub fn new(dataset: Dataset, rows: Rows, order: WindowedOrder) -> Self {
        Self { dataset, rows, order, current: None, next: None }
    }

    /// The examples of these steps of the epoch.
    pub fn read(&mut self, steps: Range<usize>) -> Result<Batch, DataError> {
        let specs = self.dataset.fields();
        let arrays = |spec: &FieldSpec| Array::with_capacity(spec.dtype, steps.len() * spec.features());
        let mut arrays: Vec<Array> = specs.iter().map(arrays).collect();
        let mut rows = Vec::with_capacity(steps.len());
        let mut step = steps.start;
        while step < steps.end {
            let (index, place) = self.order.locate(step);
            let window = self.enter(index)?;
            let count = (steps.end - step).min(window.order.len() - place);
            window.gather(place..place + count, &mut rows, &mut arrays);
            step += count;
        }
        self.load_ahead(steps.end)?;
        let fields = self.dataset.fields().iter().cloned().zip(arrays);
        let fields = fields.map(|(spec, array)| Field::of(spec, array)).collect::<Result<_, _>>()?;
        let rows = rows.into_iter().map(|position| self.rows.at(position)).collect();
        Ok(self.dataset.batch(rows, fields))
    }

    /// The window of an index, loaded.
    fn enter(&mut self, index: usize) -> Result<&Window, DataError> {
        let here = |window: &Window| window.index == index;
        if !self.current.as_ref().is_some_and(here) {
            // The memory of the old one is given back before more is taken.
            self.current = None;
            let mut window = self.next.take().filter(here).unwrap_or_else(|| Window::new(&self.order, index));
            window.load(&self.dataset, &self.rows, usize::MAX)?;
            self.current = Some(window);
        }
        Ok(self.current.as_ref().expect("it was just entered"))
    }

    /// Loads as much of the next window as of the present one is used up at `step`.
    fn load_ahead(&mut self, step: usize) -> Result<(), DataError> {
        let Some(current) = &self.current else { return Ok(()) };
        let len = current.order.len();
        // The last step was in this window, so the next is in it or at the start of another.
        let (_, last) = self.order.locate(step - 1);
        let left = len - last - 1;
        let over = step + left >= self.rows.len();
        if over || self.order.windows() == 1 {
            return Ok(());
        }
        let index = (current.index + 1) % self.order.windows();
        let next = self.next.get_or_insert_with(|| Window::new(&self.order, index));
        let share = (next.chunks.len() * (last + 1)).div_ceil(len);
        next.load(&self.dataset, &self.rows, share)
    }
}

/// Some chunks of a file in memory.
#[derive(Debug)]
struct Window {
    index: usize,
    /// The positions of each chunk among the rows.
    chunks: Vec<Range<usize>>,
    /// How many rows the chunks hold, up to the end of each.
    ends: Vec<usize>,
    order: Vec<usize>,
    /// The fields of each chunk that has been read.
    loaded: Vec<Vec<Field>>,
}

impl Window {
    fn new(order: &WindowedOrder, index: usize) -> Self {
        let chunks: Vec<_> = order.chunks_of(index).filter(|chunk| !chunk.is_empty()).collect();
        let sum = |reached: &mut usize, chunk: &Range<usize>| {
            *reached += chunk.len();
            Some(*reached)
        };
        let ends = chunks.iter().scan(0, sum).collect();
        let loaded = Vec::with_capacity(chunks.len());
        Self { index, chunks, ends, order: order.order_in(index), loaded }
    }

    /// Reads the chunks up to the `count`-th.
    fn load(&mut self, dataset: &Dataset, rows: &Rows, count: usize) -> Result<(), DataError> {
        let loaded = self.loaded.len();
        for chunk in self.chunks.iter().take(count).skip(loaded) {
            let rows: Vec<u64> = chunk.clone().map(|position| rows.at(position)).collect();
            self.loaded.push(dataset.read_fields(&rows)?);
        }
        Ok(())
    }

    /// Appends the examples at some places of the order, and their positions.
    fn gather(&self, places: Range<usize>, positions: &mut Vec<usize>, arrays: &mut [Array]) {
        for &index in &self.order[places] {
            let chunk = self.ends.partition_point(|&end| end <= index);
            let row = index - (self.ends[chunk] - self.chunks[chunk].len());
            positions.push(self.chunks[chunk].start + row);
            for (array, field) in arrays.iter_mut().zip(&self.loaded[chunk]) {
                array.push_row(field.array(), row, field.spec().features());
            }
        }
    }
}
