//! Model to plan.

use kpi_check::model::Model;

use crate::{Plan, Request};

/// Plans how the wanted results of a policy are computed.
pub fn plan(model: &Model, request: &Request) -> Plan {
    Plan {
        from: request.from,
        to: request.to,
        wanted: request.roots.clone().closed(model),
        history: 0,
        rosters: Vec::new(),
        cubes: Vec::new(),
        spines: Vec::new(),
        reads: Vec::new(),
    }
}
