//! Rows of the tables of a policy, as plain as can be.

use kpi_check::model::{Model, TableId, Test};
use kpi_value::{Date, Value};

/// One row: a cell for each column of the table, `None` where it is missing.
pub type Row = Vec<Option<Value>>;

/// The rows of one table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableData {
    /// Whether the table was given at all; only a policy test may leave one out.
    pub given: bool,
    /// Columns that the data do not give, by their places: reading one is a [`Fault`](crate::Fault).
    pub absent: Vec<u32>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// The rows of all tables of a policy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Data {
    /// One entry a table of the model, in its order.
    pub tables: Vec<TableData>,
    /// Whether they are those of a policy test, where a table given without rows is a true zero.
    pub test: bool,
    /// The last day of which they tell everything; none for the last that the periods judged can take rows from.
    pub until: Option<Date>,
}

impl Data {
    /// Every table of the policy given and empty.
    pub fn empty(model: &Model) -> Data {
        let table = TableData { given: true, absent: Vec::new(), rows: Vec::new() };
        Data { tables: vec![table; model.tables.len()], test: false, until: None }
    }

    /// The rows of a policy test.
    pub fn of_test(model: &Model, test: &Test) -> Data {
        let tables = vec![TableData::default(); model.tables.len()];
        let mut data = Data { tables, test: true, until: test.data_until };
        for given in &test.tables {
            let width = model.tables[given.table].columns.len();
            let Some(table) = data.tables.get_mut(given.table.index()) else { continue };
            table.given = true;
            table.absent = (0..width as u32).filter(|place| !given.columns.contains(place)).collect();
            for row in &given.rows {
                let mut cells = vec![None; width];
                for (place, cell) in given.columns.iter().zip(&row.cells) {
                    if let Some(slot) = cells.get_mut(*place as usize) {
                        slot.clone_from(cell);
                    }
                }
                table.rows.push(cells);
            }
        }
        data
    }

    /// The rows of one table.
    pub fn table(&self, table: TableId) -> &TableData {
        const NOT_GIVEN: &TableData = &TableData { given: false, absent: Vec::new(), rows: Vec::new() };
        self.tables.get(table.index()).unwrap_or(NOT_GIVEN)
    }
}
