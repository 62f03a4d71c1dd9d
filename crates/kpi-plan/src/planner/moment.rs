//! Whether what stands inside a row says the same whatever the period in which the row is read.

use kpi_check::model::{ByKey, Expr, ExprKind, Model, Path, Timing};

/// Whether a row expression hangs on the period: by a reference through rows that change in time, by `period.start` and the
/// like, or by a table by date.
pub(super) fn hangs_on_period(model: &Model, expr: &Expr) -> bool {
    let own = match &expr.kind {
        ExprKind::Column(path) => path_hangs_on_period(model, path),
        ExprKind::Period(_) => true,
        ExprKind::Param(id, keys) => {
            let value = &model.params[*id].value;
            value.keys.iter().any(|key| match key {
                ByKey::Date => true,
                ByKey::Expr(key) => keys.is_none() && hangs_on_period(model, key),
            }) || value.rows.iter().any(|row| hangs_on_period(model, &row.value))
        }
        _ => false,
    };
    own || expr.children().into_iter().any(|child| hangs_on_period(model, child))
}

/// Whether a path leads through rows that hold in some periods only. Those of a flow are found whenever they were.
pub(super) fn path_hangs_on_period(model: &Model, path: &Path) -> bool {
    let passed = path.0.iter().skip(1).map(|column| model.tables[column.table].time);
    passed.into_iter().any(|time| matches!(time, Timing::Stock { .. } | Timing::AsOf(_)))
}
