//! Incentives: pays, their totals, and who is paid nothing or held.

mod total;
