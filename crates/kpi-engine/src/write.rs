//! Flat columns of results to Parquet.

use std::path::Path;

use kpi_value::Dec;
use polars::prelude as pl;
use polars::prelude::IntoColumn;

/// One column of results.
#[derive(Clone, Debug, PartialEq)]
pub enum OutColumn {
    /// Texts.
    Text(Vec<Option<String>>),
    /// Decimals with at most so many digits after the point, 12 at the most; more are rounded half away from zero.
    Dec(Vec<Option<Dec>>, u32),
    /// Whole numbers.
    Int(Vec<Option<i64>>),
    /// Truth values.
    Bool(Vec<Option<bool>>),
}

/// Writes named columns of equal length to a Parquet file, which is replaced if it exists.
///
/// # Errors
/// What the file system or the writer says.
pub fn write_parquet(columns: &[(&str, OutColumn)], path: &Path) -> std::io::Result<()> {
    let mut out = Vec::with_capacity(columns.len());
    for (name, column) in columns {
        out.push(polars_column(name, column).map_err(std::io::Error::other)?);
    }
    let mut frame = pl::DataFrame::new_infer_height(out).map_err(std::io::Error::other)?;
    let file = std::fs::File::create(path)?;
    pl::ParquetWriter::new(file).finish(&mut frame).map_err(std::io::Error::other)?;
    Ok(())
}

fn polars_column(name: &str, column: &OutColumn) -> pl::PolarsResult<pl::Column> {
    use pl::NewChunkedArray;
    let name = pl::PlSmallStr::from_str(name);
    Ok(match column {
        OutColumn::Text(values) => {
            pl::StringChunked::from_iter_options(name, values.iter().map(Option::as_deref)).into_column()
        }
        OutColumn::Dec(values, digits) => {
            let digits = (*digits).min(Dec::SCALE);
            let factor = 10i128.pow(Dec::SCALE - digits);
            let units = values.iter().map(|x| x.map(|x| x.round(digits).units() / factor));
            let units = pl::Int128Chunked::from_iter_options(name, units);
            units.into_decimal(38, digits as usize)?.into_column()
        }
        OutColumn::Int(values) => pl::Int64Chunked::from_iter_options(name, values.iter().copied()).into_column(),
        OutColumn::Bool(values) => pl::BooleanChunked::from_iter_options(name, values.iter().copied()).into_column(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use pl::SerReader;

    #[test]
    fn columns_come_back_as_they_were_written() {
        let path = std::env::temp_dir().join(format!("kpi-write-{}.parquet", std::process::id()));
        let columns = [
            ("subject", OutColumn::Text(vec![Some("张三".into()), None])),
            ("score", OutColumn::Dec(vec!["92.455".parse().ok(), None], 2)),
            ("rank", OutColumn::Int(vec![Some(1), None])),
            ("vetoed", OutColumn::Bool(vec![Some(false), None])),
        ];
        write_parquet(&columns, &path).unwrap();
        let file = std::fs::File::open(&path).unwrap();
        let frame = pl::ParquetReader::new(file).finish().unwrap();
        std::fs::remove_file(&path).unwrap();
        let shown: Vec<String> =
            frame.columns().iter().map(|c| format!("{:?} {:?}", c.dtype(), c.get(0).unwrap())).collect();
        assert_eq!(
            shown,
            [
                "String String(\"张三\")",
                "Decimal(38, 2) Decimal(9246, 38, 2)",
                "Int64 Int64(1)",
                "Boolean Boolean(false)"
            ]
        );
    }
}
