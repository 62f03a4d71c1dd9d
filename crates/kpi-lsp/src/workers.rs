//! Threads that answer requests, so that the loop is never held up.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

/// Something to be done elsewhere.
pub type Task = Box<dyn FnOnce() + Send>;

/// Some threads, and the tasks that wait for one.
pub struct Workers {
    tasks: Sender<Task>,
}

impl Workers {
    /// As many threads as the machine has cores, two at least: one long answer must not hold up the others.
    pub fn start() -> Workers {
        let (tasks, queue) = channel::<Task>();
        let queue = Arc::new(Mutex::new(queue));
        let count = std::thread::available_parallelism().map_or(2, usize::from).clamp(2, 8);
        for _ in 0..count {
            let queue = queue.clone();
            // Without a thread the others do the work; they end when nobody can hand in a task any more.
            let _ = std::thread::Builder::new().name("kpi-worker".to_owned()).spawn(move || work(&queue));
        }
        Workers { tasks }
    }

    /// One thread for what nobody waits for: whole analyses, and dropping what is no longer needed. It leaves the processor to whoever answers
    /// a keystroke.
    pub fn start_quiet() -> Workers {
        let (tasks, queue) = channel::<Task>();
        let queue = Arc::new(Mutex::new(queue));
        let _ = std::thread::Builder::new().name("kpi-analysis".to_owned()).spawn(move || {
            // On Linux that is of this thread alone; elsewhere of the process, or not there.
            #[cfg(target_os = "linux")]
            let _ = rustix::process::nice(10);
            work(&queue);
        });
        Workers { tasks }
    }

    /// Hands in a task.
    pub fn run(&self, task: Task) {
        // The queue is there as long as a thread is.
        let _ = self.tasks.send(task);
    }
}

fn work(queue: &Mutex<Receiver<Task>>) {
    loop {
        let task = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(task) = task else { return };
        // A fault in one answer must not take the server with it.
        let _ = catch_unwind(AssertUnwindSafe(task));
    }
}
