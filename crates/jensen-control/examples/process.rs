//! An episode of a process with random actions: `process python3 bridges/gymnasium_bridge.py Pendulum-v1 --picture 48 48`.

use jensen_control::environment::{
    Environment, Uniform, collect,
    process::{Deadlines, Process},
    rollout,
};
use jensen_random::Rng;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (program, arguments) = arguments.split_first().ok_or("give a command that is an environment")?;
    let mut process = Process::start(program, arguments, Deadlines::default())?;
    println!("{:#?}", process.spec());
    let episode = rollout(&mut process, &mut Uniform, Rng::seed(0))?;
    println!("{} steps cost {:.1}", episode.costs.len(), episode.cost());
    let triples = collect(&mut process, &mut Uniform, 20, Rng::seed(0))?;
    let brightest = triples.images.iter().max();
    println!(
        "{} triples, {} bytes of pictures, the brightest {brightest:?}",
        triples.count,
        triples.images.len()
    );
    if let Some(folder) = std::env::var_os("PICTURES") {
        let (height, width) = (process.spec().frames * process.spec().height, process.spec().width);
        let header = format!("P5\n{width} {}\n255\n", height * triples.count).into_bytes();
        std::fs::write(std::path::Path::new(&folder).join("process.pgm"), [header, triples.images].concat())?;
    }
    Ok(())
}
