//! How a row reaches a subject: by references, through other tables too.

use serde::Serialize;

use super::{ColumnId, Model, TableId, Type};

/// A way from a table along references to a column: every column but the last is a reference to the next one's table.
///
/// As the way of rows to a subject (`via`, [`Model::way`]) its last column is the reference that holds the subject's
/// key, and the empty path means that the row is the subject's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Path(pub Vec<ColumnId>);

/// Why rows of a table do not reach a table of subjects by one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoWay {
    /// No references lead there.
    None,
    /// Several do and none of them is marked `subject`.
    Several(Vec<Path>),
}

impl Path {
    /// The table in which it starts.
    pub fn table(&self) -> Option<TableId> {
        self.0.first().map(|c| c.table)
    }

    /// The column in which it ends.
    pub fn last(&self) -> Option<ColumnId> {
        self.0.last().copied()
    }
}

impl Model {
    /// The way by which rows of `from` reach subjects of the table `to`.
    ///
    /// Rows of the table itself are their own subjects. Otherwise the shortest ways along references are found, where
    /// at each table the reference marked `subject` stands for all others of that table that lead to the same table. A
    /// written `via` is followed first, and the rest of the way found from where it ends.
    ///
    /// # Errors
    /// [`NoWay`] if there is none, or more than one.
    pub fn way(&self, from: TableId, via: Option<&Path>, to: TableId) -> Result<Path, NoWay> {
        let mut start = Path::default();
        let mut table = from;
        if let Some(via) = via {
            start = via.clone();
            table = via.last().and_then(|c| self.referred(c)).ok_or(NoWay::None)?;
        }
        if table == to {
            return Ok(start);
        }
        let mut ways = vec![(start, table)];
        let mut seen = vec![from, table];
        while !ways.is_empty() {
            let next: Vec<_> = ways.iter().flat_map(|(path, table)| self.steps(path, *table)).collect();
            let mut found: Vec<Path> = next.iter().filter(|(_, t)| *t == to).map(|(p, _)| p.clone()).collect();
            match found.len() {
                0 => {}
                1 => return found.pop().ok_or(NoWay::None),
                _ => return Err(NoWay::Several(found)),
            }
            ways = next.into_iter().filter(|(_, t)| !seen.contains(t)).collect();
            seen.extend(ways.iter().map(|(_, t)| *t));
        }
        Err(NoWay::None)
    }

    /// The table to which a reference column refers.
    pub fn referred(&self, column: ColumnId) -> Option<TableId> {
        if let Type::Reference(table) = self.column(column).ty { Some(table) } else { None }
    }

    /// The references of a table, each as the path that goes on by it.
    fn steps(&self, path: &Path, table: TableId) -> Vec<(Path, TableId)> {
        let columns = &self.tables[table].columns;
        let references = columns.iter().enumerate().filter_map(|(index, column)| match column.ty {
            Type::Reference(to) => Some((index as u32, column, to)),
            _ => None,
        });
        let references: Vec<_> = references.collect();
        let usual = |to: TableId| references.iter().any(|(_, column, t)| *t == to && column.subject);
        let taken = references.iter().filter(|(_, column, to)| column.subject || !usual(*to));
        taken
            .map(|&(index, _, to)| {
                let mut path = path.clone();
                path.0.push(ColumnId { table, index });
                (path, to)
            })
            .collect()
    }
}
