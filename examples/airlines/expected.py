#!/usr/bin/env python3
"""Recomputes every card of the airlines example, independently of kpi: the standard library, exact fractions, one loop.

    python3 expected.py [MONTH ...]      prints JSON: {"2013-01": {"UA": {...}, ...}, ...}

Numbers that are shown rounded (score, attainment, pay) are rounded half away from zero, as the policy's language says.
"""

import csv
import json
import pathlib
import sys
from collections import defaultdict
from fractions import Fraction as F

EXPORTS = pathlib.Path(__file__).parent / "exports"
ON_TIME = {"small": F(80, 100), "medium": F(80, 100), "large": F(85, 100)}
# How far the share may fall below its target: 2 percentage points, or 5% of 85%.
TOLERATED = {"small": F(0), "medium": F(2, 100), "large": F(85, 100) * F(5, 100)}
CANCELLED = {"small": F(3, 100), "medium": F(3, 100), "large": F(2, 100)}
MILES = {"medium": F(500_000), "large": F(1_000_000)}
CAP = F(13, 10)


def half_up(x, digits):
    """Rounds half away from zero; the result as text with exactly so many digits."""
    scaled = abs(x) * 10**digits
    whole = int(scaled + F(1, 2))
    text = f"{whole:0{digits + 1}}"
    text = f"{text[:-digits]}.{text[-digits:]}" if digits else text
    return ("-" if x < 0 and whole else "") + text


def twelve(x):
    """The language keeps twelve digits of a quotient."""
    return F(half_up(x, 12))


def read(month):
    rows = defaultdict(lambda: {"n": 0, "flown": 0, "on_time": 0, "punctual": 0, "arrived": 0, "late": 0, "miles": 0})
    with open(EXPORTS / f"flights-2013-{month:02}.csv", encoding="utf-8") as file:
        for r in csv.DictReader(file):
            c = rows[r["carrier"]]
            c["n"] += 1
            c["miles"] += int(r["distance"])
            if r["dep_delay"]:
                c["flown"] += 1
                c["on_time"] += int(r["dep_delay"]) <= 15
                c["punctual"] += int(r["dep_delay"]) <= 0
            if r["arr_delay"]:
                c["arrived"] += 1
                c["late"] += 60 * int(r["arr_delay"])
    return rows


def linear(x, points):
    if x <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in zip(points, points[1:]):
        if x <= x1:
            return twelve(y0 + (y1 - y0) * (x - x0) / (x1 - x0))
    return points[-1][1]


def marginal(x):
    slices = [(0, 1000, F(1, 2)), (1000, 2000, F(3, 4)), (2000, None, F(1))]
    return sum((min(x, end if end is not None else x) - start) * rate for start, end, rate in slices if x > start)


def card(c, size):
    """One airline's month: None for what no data are there, and then for everything that needs it."""
    on_time = twelve(F(c["on_time"], c["flown"])) if c["flown"] else None
    arrival = twelve(F(c["late"], c["arrived"])) if c["arrived"] else None
    cancelled = twelve(F(c["n"] - c["flown"], c["n"])) if c["n"] else None
    met = None if on_time is None else on_time >= ON_TIME[size] - TOLERATED[size]
    out = {"on_time": on_time, "arrival_delay": arrival, "cancellations": cancelled, "miles": F(c["miles"]), "met": met}
    if None in (on_time, arrival, cancelled):
        return out | {"status": "incomplete", "score": None, "attainment": None, "pay": None, "vetoed": [], "grade": None}
    small = size == "small"
    lines = []  # weight, fraction of the score, attainment
    attained = min(twelve(on_time / ON_TIME[size]), CAP)
    lines.append((F(40, 100), F(1) if met else min(attained, F(1)), attained))
    fraction = linear(arrival, [(F(0), F(1)), (F(600), F(80, 100)), (F(1800), F(0))])
    lines.append((F(30, 100), fraction, CAP if arrival <= 0 else min(twelve(F(600) / arrival), CAP)))
    beyond = max(cancelled - CANCELLED[size], F(0))
    fraction = max(F(1) - F(1, 4) * (beyond // F(1, 100)), F(0))
    lines.append((F(30 if small else 20, 100), fraction, fraction))
    if not small:
        attained = min(twelve(F(c["miles"]) / MILES[size]), CAP)
        fraction = F(0) if attained < F(1, 2) else min(attained, F(120, 100))
        lines.append((F(10, 100), fraction, attained))
    score = F(half_up(100 * sum(w * f for w, f, _ in lines), 2))
    attainment = F(half_up(sum(w * a for w, _, a in lines), 4))
    vetoed = cancelled > F(125, 1000)
    if vetoed:
        score, attainment = min(score, F(60)), min(attainment, F(60, 100))
    grade = "A" if score >= 90 else "B" if score >= 75 else "C"
    share = next(s for bound, s in [(F(11, 10), F(3, 2)), (F(1), F(1)), (F(9, 10), F(1, 2)), (F(-1), F(0))] if attainment >= bound)
    quality, departure = F(half_up(10_000 * share, 2)), F(half_up(12 * marginal(c["punctual"]), 2))
    pay = {"quality": quality, "departure": departure, "total": min(quality + departure, F(40_000))}
    return out | {
        "status": "complete",
        "score": score,
        "attainment": attainment,
        "grade": grade,
        "vetoed": ["grounded"] if vetoed else [],
        "pay": pay,
    }


def review(cards, months, month, carrier):
    """Fires after two months on end below the target; not judged where it hangs on a month without data."""
    if cards[month][carrier]["status"] == "incomplete":
        return "not_judged"
    if cards[month][carrier]["met"]:
        return "not_fired"
    before = cards[month - 1][carrier] if month - 1 in months else None
    if before is None or before["status"] == "incomplete":
        return "not_judged"
    return "not_fired" if before["met"] else "fired"


def ranks(cards):
    scores = [c["score"] for c in cards.values() if c["status"] == "complete"]
    return {k: 1 + sum(s > c["score"] for s in scores) if c["status"] == "complete" else None for k, c in cards.items()}


def plain(x):
    if isinstance(x, F):
        text = half_up(x, 12).rstrip("0").rstrip(".")
        return text or "0"
    if isinstance(x, dict):
        return {k: plain(v) for k, v in x.items()}
    return x


def main():
    months = [int(m) for m in sys.argv[1:]] or sorted(int(p.stem[-2:]) for p in EXPORTS.glob("flights-2013-*.csv"))
    with open(EXPORTS / "carriers.csv", encoding="utf-8") as file:
        size = {r["carrier"]: r["size"] for r in csv.DictReader(file)}
    data = {month: read(month) for month in months}
    cards = {month: {k: card(rows[k], size[k]) for k in sorted(size)} for month, rows in data.items()}
    out = {}
    for month in months:
        rank = ranks(cards[month])
        out[f"2013-{month:02}"] = {
            k: plain(c | {"rank": rank[k], "review": review(cards, months, month, k)}) for k, c in cards[month].items()
        }
    json.dump(out, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
