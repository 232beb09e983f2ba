//! A strip of pictures of every environment, a random episode from left to right, as PGM files: `frames FOLDER`.

use std::{fs, path::PathBuf};

use jensen_control::environment::{Environment, Policy, Sampling, Simulation, Uniform, by_name, names};
use jensen_random::Rng;

const PICTURES: usize = 8;
/// Steps of the episode between two pictures.
const EVERY: u64 = 3;
const ZOOM: usize = 3;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("give a folder for the pictures")?);
    for name in names() {
        for (suffix, sampling) in [("", Sampling::Centre), ("-smooth", Sampling::AntiAliased)] {
            let mut simulation = Simulation::new(by_name(name)?).with_sampling(sampling);
            simulation.reset(Rng::seed(3))?;
            let spec = simulation.spec().clone();
            let (height, width) = (ZOOM * spec.frames * spec.height, ZOOM * PICTURES * spec.width);
            let mut strip = vec![0; height * width];
            let mut observation = vec![0; spec.observation_len()];
            for picture in 0..PICTURES {
                simulation.observe(&mut observation)?;
                for row in 0..height {
                    for column in 0..ZOOM * spec.width {
                        strip[row * width + picture * ZOOM * spec.width + column] =
                            observation[row / ZOOM * spec.width + column / ZOOM];
                    }
                }
                for t in 0..EVERY {
                    let rng = Rng::seed(4).at(picture as u64 * EVERY + t);
                    let action = Uniform.act(&spec, simulation.state()?, rng)?;
                    simulation.step(&action)?;
                }
            }
            let header = format!("P5\n{width} {height}\n255\n").into_bytes();
            fs::write(folder.join(format!("{name}{suffix}.pgm")), [header, strip].concat())?;
        }
    }
    Ok(())
}
