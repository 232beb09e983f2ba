//! The tasks by name.

use super::{
    car::Car, cart_pole::CartPole, error::EnvironmentError, pendulum::Pendulum, planar::Planar,
    point_mass::PointMass, task::Task, three_link::ThreeLink,
};

type Make = fn() -> Box<dyn Task>;

const TASKS: [(&str, Make); 8] = [
    ("planar", || Box::new(Planar::default())),
    ("pendulum", || Box::new(Pendulum::balance())),
    ("pendulum-swingup", || Box::new(Pendulum::swing_up())),
    ("cartpole", || Box::new(CartPole::balance())),
    ("cartpole-swingup", || Box::new(CartPole::swing_up())),
    ("three-link", || Box::new(ThreeLink::new())),
    ("car", || Box::new(Car::new())),
    ("point-mass", || Box::new(PointMass::new())),
];

/// The names of all tasks.
pub fn names() -> [&'static str; 8] {
    TASKS.map(|(name, _)| name)
}

/// The task of a name.
///
/// # Errors
/// If no task has it; the error lists those that there are.
///
/// ```
/// use jensen_control::environment::by_name;
/// let pendulum = by_name("pendulum")?;
/// assert_eq!((pendulum.spec().state_dim(), pendulum.spec().dt), (2, 0.02));
/// assert!(by_name("double-pendulum").is_err());
/// # Ok::<(), jensen_control::environment::EnvironmentError>(())
/// ```
pub fn by_name(name: &str) -> Result<Box<dyn Task>, EnvironmentError> {
    match TASKS.iter().find(|(known, _)| *known == name) {
        Some((_, make)) => Ok(make()),
        None => Err(EnvironmentError::Unknown { name: name.to_owned(), known: names().to_vec() }),
    }
}
