//! How a number loses digits.

use serde::{Deserialize, Serialize};

/// Which neighbour a value between two representable ones becomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// The nearer one; from the middle away from zero (2.5 → 3, −2.5 → −3). The language's default.
    #[default]
    HalfAwayFromZero,
    /// The nearer one; from the middle to the even neighbour (2.5 → 2, 3.5 → 4).
    HalfEven,
    /// Towards minus infinity.
    Down,
    /// Towards plus infinity.
    Up,
}
