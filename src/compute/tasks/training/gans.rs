//! Two GANs in training, a step each in turn, the second one with the regulariser: samples, what the
//! discriminators say, and how far from the target they are.

use super::{Course, target};
use crate::compute::lessons::{Findings, GansFindings, GansLesson};
use crate::compute::messages::JobError;
use crate::learn::LearnError;
use crate::learn::denoising::Denoising;
use crate::learn::gan::{GanSpec, GanTraining};
use crate::learn::measures::{Found, Yardstick};
use crate::learn::regularisation::{Regularisation, Weights};
use crate::math::{Mixture, Schedule};
use std::sync::Arc;

/// Steps between two measurements.
const EVERY: usize = 100;
/// Samples that are measured.
const MEASURED: usize = 10_000;
/// Samples that are shown.
const SHOWN: usize = 500;

/// See the module.
#[derive(Debug)]
pub(super) struct GansCourse {
    target: Arc<Mixture>,
    spec: GanSpec,
    weights: Weights,
    schedule: (Schedule, usize),
    /// What learns the regulariser's score first, and in how many steps.
    score: Option<(Denoising, usize)>,
    /// Empty until the score is there.
    gans: Vec<GanTraining>,
    yardstick: Yardstick,
    places: Vec<f64>,
    latent: Vec<f32>,
    measured: Vec<Found>,
    found: GansFindings,
}

impl GansCourse {
    pub(super) fn new(lesson: &GansLesson) -> Result<Self, JobError> {
        let target = target(&lesson.target)?;
        let yardstick = Yardstick::new(&target)?;
        let score =
            lesson.score.as_ref().map(|(spec, steps)| (Denoising::new(Arc::clone(&target), spec), *steps));
        let mut course = Self {
            found: GansFindings {
                floor: yardstick.floor(MEASURED),
                score: (0, score.as_ref().map_or(0, |(_, steps)| *steps)),
                ..GansFindings::default()
            },
            target,
            spec: lesson.spec,
            weights: lesson.weights,
            schedule: lesson.schedule,
            score,
            gans: Vec::new(),
            yardstick,
            places: lesson.places.clone(),
            latent: lesson.latent.clone(),
            measured: Vec::new(),
        };
        if course.found.score.1 == 0 {
            course.open();
        }
        Ok(course)
    }

    /// Begins both games.
    fn open(&mut self) {
        let schedule = self.schedule.0.steps(self.schedule.1);
        let regularisation = match &self.score {
            Some((denoising, _)) => {
                Regularisation::learned(Arc::new(denoising.averaged()), self.weights, &schedule)
            }
            None => Regularisation::exact(Arc::clone(&self.target), self.weights, &schedule),
        };
        let gan = |lambda| {
            let spec = GanSpec { lambda, ..self.spec };
            GanTraining::new(Arc::clone(&self.target), &spec, Some(regularisation.clone()))
        };
        self.gans = vec![gan(0.0), gan(self.spec.lambda)];
    }
}

impl Course for GansCourse {
    fn steps(&self) -> usize {
        // The second one is the last to do a step.
        self.gans.last().map_or(0, GanTraining::steps)
    }

    /// A step of the score, or of the next GAN.
    fn step(&mut self) -> Result<(), LearnError> {
        if let (true, Some((denoising, goal))) = (self.gans.is_empty(), &mut self.score) {
            denoising.step()?;
            self.found.score.0 = denoising.steps();
            if denoising.steps() >= *goal {
                self.open();
            }
            return Ok(());
        }
        let steps = self.steps();
        let next = self.gans.iter_mut().enumerate().find(|(_, gan)| gan.steps() == steps);
        if let Some((i, gan)) = next {
            let losses = gan.step()?;
            self.found.discriminators[i].push(losses.discriminator);
        }
        Ok(())
    }

    fn is_due(&self, steps: usize) -> bool {
        self.gans.first().is_some_and(|gan| gan.steps() == steps) && steps.is_multiple_of(EVERY)
    }

    fn begin(&mut self, _: bool) -> Result<(), JobError> {
        self.measured.clear();
        Ok(())
    }

    /// Measures the next one.
    fn advance(&mut self) -> bool {
        if let Some(gan) = self.gans.get(self.measured.len()) {
            self.measured.push(self.yardstick.measure(&gan.samples(MEASURED)));
            return false;
        }
        let steps = self.steps();
        if let Ok(both) = <[Found; 2]>::try_from(std::mem::take(&mut self.measured)) {
            self.found.checks.retain(|(at, _)| at.is_multiple_of(EVERY) && *at < steps);
            self.found.checks.push((steps, both));
        }
        true
    }

    fn findings(&mut self, _: bool) -> Findings {
        let mut found = self.found.clone();
        let singles = |values: Vec<f64>| values.into_iter().map(|v| v as f32).collect::<Vec<f32>>();
        for (i, gan) in self.gans.iter().enumerate() {
            found.samples[i] = gan.samples(SHOWN);
            found.judged[i] = singles(gan.judge(&self.places));
            found.pulls[i] = singles(gan.pull(&self.places));
            found.images[i] = singles(gan.generate(&self.latent));
        }
        Findings::Gans(Box::new(found))
    }
}
